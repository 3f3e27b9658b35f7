import { listOf, required, withDefault } from '../table/setting.ts'
import { plainName, plainText, several } from '../table/value-kind.ts'

const TENANT_LENGTH_MAX = 128
const ALIAS_LENGTH_MAX = 256

/** `tenants`: the vendors' names for a tenant. */
export const TENANTS = listOf(
  {
    name: required(plainName(TENANT_LENGTH_MAX), 'The tenant, as its events and users name it.'),
    projectIds: withDefault<readonly string[]>(
      several(plainText('ID', ALIAS_LENGTH_MAX)),
      [],
      "Huawei's `project_id` of the tenant. Answers contain the first one.",
    ),
    accounts: withDefault<readonly string[]>(
      several(plainText('NAME', ALIAS_LENGTH_MAX)),
      [],
      "Names of the vendor's account: Opsera's `account`, the domain of a Huawei user. Answers " +
        'contain the first one.',
    ),
  },
  'Tenants that clients know by other names. The name of the tenant itself always works.',
)
