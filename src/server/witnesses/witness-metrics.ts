import { Gauge, type Registry } from 'prom-client'
import type { WitnessState } from '../../ledger/witness/witness-rounds.ts'

/** Reports the witnesses, by their names in the policy. */
export function registerWitnessGauges(
  registers: Registry[],
  states: () => readonly WitnessState[],
): void {
  const gauge = (name: string, help: string, value: (state: WitnessState) => number) =>
    new Gauge({
      ...{ name, help, registers },
      labelNames: ['witness'],
      collect() {
        for (const state of states()) this.set({ witness: state.name }, value(state))
      },
    })
  gauge(
    'waybill_witness_cosigned_size',
    'Events under the checkpoint cosigned last',
    (state) => state.size,
  )
  gauge(
    'waybill_witness_cosigned_timestamp_seconds',
    'When the witness last cosigned a checkpoint',
    ({ cosignedSeconds = 0 }) => cosignedSeconds,
  )
  gauge(
    'waybill_witness_failures',
    'Consecutive requests that the witness did not cosign',
    ({ failures }) => failures,
  )
  gauge(
    'waybill_witness_contradiction',
    '1 when the witness saw another history of the ledger, else 0',
    ({ isContradicted }) => (isContradicted ? 1 : 0),
  )
}
