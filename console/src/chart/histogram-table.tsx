import { numberText, plainTime } from '../time/time-text.ts'
import type { Bar } from './time-bins.ts'

/** The histogram as a table of the periods that have events. */
export function HistogramTable({
  bars,
  onZoom,
}: {
  readonly bars: readonly Bar[]
  readonly onZoom: (fromMs: number, toMs: number) => void
}) {
  const filled = bars.filter(({ succeeded, failed }) => succeeded + failed > 0)
  return (
    <div className="histogram-table" tabIndex={0} role="group" aria-label="Events over time">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Events</th>
            <th scope="col">Failed or denied</th>
          </tr>
        </thead>
        <tbody>
          {filled.map(({ startMs, endMs, succeeded, failed }) => (
            <tr key={startMs}>
              <th scope="row">
                <button
                  type="button"
                  className="text-button"
                  onClick={() => onZoom(startMs, endMs)}
                >
                  {plainTime(startMs)}
                </button>
              </th>
              <td>{numberText(succeeded + failed)}</td>
              <td>{numberText(failed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
