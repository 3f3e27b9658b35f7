import type { CollectorKind } from '../dialects/collecting/define-collector.ts'
import type { Command } from './command.ts'
import { collectCommand } from './commands/collect/collect.ts'
import { countCommand } from './commands/count.ts'
import { exportCommand } from './commands/export.ts'
import { grantAddCommand, grantDeleteCommand, grantListCommand } from './commands/grant.ts'
import { importQuayCommand } from './commands/import.ts'
import { ledgerAddKeyCommand, ledgerRetireKeysCommand } from './commands/ledger/keys.ts'
import { ledgerMirrorCommand } from './commands/ledger/mirror.ts'
import { proofCommand } from './commands/ledger/proof.ts'
import { ledgerStatementCommand } from './commands/ledger/statement.ts'
import { verifyCommand } from './commands/ledger/verify.ts'
import { recoverCommand } from './commands/recover.ts'
import { searchCommand } from './commands/search.ts'
import { sendCommand } from './commands/send.ts'
import { serveCommand } from './commands/serve.ts'
import { statusCommand } from './commands/status.ts'
import { tailCommand } from './commands/tail.ts'
import { tokenCreateCommand, tokenListCommand, tokenRevokeCommand } from './commands/token.ts'
import { userCreateCommand, userDeleteCommand, userListCommand } from './commands/user.ts'

/** Every command, in the order of `waybill --help`. */
export function commandTable(collectors: readonly CollectorKind[]): readonly Command[] {
  return [
    serveCommand,
    sendCommand,
    searchCommand,
    countCommand,
    tailCommand,
    exportCommand,
    ...collectors.map(collectCommand),
    importQuayCommand,
    userCreateCommand,
    userListCommand,
    userDeleteCommand,
    grantAddCommand,
    grantListCommand,
    grantDeleteCommand,
    tokenCreateCommand,
    tokenListCommand,
    tokenRevokeCommand,
    verifyCommand,
    proofCommand,
    ledgerMirrorCommand,
    ledgerStatementCommand,
    ledgerAddKeyCommand,
    ledgerRetireKeysCommand,
    statusCommand,
    recoverCommand,
  ]
}
