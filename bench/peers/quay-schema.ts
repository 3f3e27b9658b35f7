/** The tables that Quay 3 reads for its logs, as its migrations leave them. */
export const QUAY_TABLES = `
  ${['logentry3', 'logentry2', 'logentry'].map(logTable).join('\n')}
  CREATE TABLE "user" (
    id serial PRIMARY KEY, uuid varchar(36), username varchar(255) NOT NULL UNIQUE,
    password_hash varchar(255), email varchar(255) NOT NULL UNIQUE,
    verified boolean NOT NULL DEFAULT true, stripe_id varchar(255),
    organization boolean NOT NULL, robot boolean NOT NULL,
    invoice_email boolean NOT NULL DEFAULT false,
    invalid_login_attempts integer NOT NULL DEFAULT 0,
    last_invalid_login timestamp NOT NULL DEFAULT now(),
    removed_tag_expiration_s bigint NOT NULL DEFAULT 1209600, enabled boolean NOT NULL DEFAULT true,
    invoice_email_address varchar(255), given_name varchar(255), family_name varchar(255),
    company varchar(255), location varchar(255), maximum_queued_builds_count integer,
    creation_date timestamp, last_accessed timestamp);
  CREATE TABLE repository (
    id serial PRIMARY KEY, namespace_user_id integer NOT NULL REFERENCES "user" (id),
    name varchar(255) NOT NULL, UNIQUE (namespace_user_id, name));`

/** Every column of `user`: Quay selects all of them for each row of a log. */
export const USER_COLUMNS = [
  'id',
  'uuid',
  'username',
  'password_hash',
  'email',
  'verified',
  'stripe_id',
  'organization',
  'robot',
  'invoice_email',
  'invalid_login_attempts',
  'last_invalid_login',
  'removed_tag_expiration_s',
  'enabled',
  'invoice_email_address',
  'given_name',
  'family_name',
  'company',
  'location',
  'maximum_queued_builds_count',
  'creation_date',
  'last_accessed',
] as const

/** Made after the rows are there, as a restore does. */
export const QUAY_INDEXES = [
  'CREATE INDEX logentry3_account_id_datetime ON logentry3 (account_id, datetime)',
  'CREATE INDEX logentry3_datetime ON logentry3 (datetime)',
  'CREATE INDEX logentry3_performer_id_datetime ON logentry3 (performer_id, datetime)',
  `CREATE INDEX logentry3_repository_id_datetime_kind_id
    ON logentry3 (repository_id, datetime, kind_id)`,
] as const

function logTable(name: string): string {
  return `CREATE TABLE ${name} (
    id bigserial CONSTRAINT pk_${name} PRIMARY KEY, kind_id integer NOT NULL,
    account_id integer NOT NULL, performer_id integer, repository_id integer,
    datetime timestamp without time zone NOT NULL, ip varchar(255), metadata_json text NOT NULL);`
}
