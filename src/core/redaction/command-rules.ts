/** How programs take secrets, in options and positions whose names do not show it. */
export interface CommandRule {
  /** In lower case, without their folder; empty for any program. */
  readonly programs: readonly string[]
  /** The program must be followed by one of these words: `login` of `docker login`. */
  readonly subcommands?: readonly string[]
  /** Words after which the rule no longer applies: a program that is started in turn. */
  readonly until?: readonly string[]
  /** Options with a secret, attached or as the next word. */
  readonly options?: readonly string[]
  /** Options whose value is a user, one of `separators`, and a secret. */
  readonly logins?: readonly string[]
  readonly separators?: string
  /** Words after which, and after a number of further words, the rest of the command is secret. */
  readonly words?: Readonly<Record<string, number>>
  /** Whether the value of every `NAME=VALUE` is a secret. */
  readonly assignments?: boolean
  /** Commands that it applies to; `hunter2hunter2` is the secret. */
  readonly examples: readonly string[]
}

/** The rules, by program. */
export const COMMAND_RULES: readonly CommandRule[] = [
  {
    programs: [
      ...['mysql', 'mysqldump', 'mysqladmin', 'mysqlimport', 'mysqlcheck', 'mysqlshow', 'mysqlsh'],
      ...['mysqlbinlog', 'mysqlpump', 'mysqlslap', 'mysql_upgrade', 'mariadb', 'mariadb-dump'],
      ...['mariadb-admin', 'mariadb-backup', 'mariabackup', 'xtrabackup', 'mydumper', 'mycli'],
    ],
    options: ['-p'],
    examples: ['mysql -uroot -phunter2hunter2 db', 'mysqldump -p hunter2hunter2 db'],
  },
  {
    programs: ['sshpass'],
    until: ['ssh', 'scp', 'sftp', 'rsync', 'ansible', 'ansible-playbook'],
    options: ['-p'],
    examples: ['sshpass -phunter2hunter2 ssh -p 22 host', 'sshpass -p hunter2hunter2 scp -p a b:'],
  },
  {
    programs: [
      ...['docker', 'podman', 'nerdctl', 'buildah', 'skopeo', 'helm', 'oras', 'crane', 'regctl'],
      ...['az', 'oc', 'argocd', 'cf', 'ibmcloud', 'rancher', 'faas-cli', 'harbor', 'jf', 'flux'],
    ],
    subcommands: ['login', 'registry', 'auth', 'ad', 'sp'],
    options: ['-p'],
    examples: ['docker login -u bob -p hunter2hunter2 registry.example'],
  },
  {
    programs: ['mongo', 'mongosh', 'mongodump', 'mongorestore', 'mongoexport', 'mongoimport'],
    options: ['-p'],
    examples: ['mongosh -u root -p hunter2hunter2 admin'],
  },
  {
    programs: [
      ...['cqlsh', 'cypher-shell', 'rabbitmqadmin', 'twine', 'influx', 'useradd', 'usermod'],
      ...['7z', '7za', '7zr', 'rar', 'unrar', 'rdesktop', 'psexec', 'kcadm.sh', 'samba-tool'],
      ...['airflow', 'jboss-cli.sh', 'asadmin', 'elasticsearch-users', 'pgcli'],
    ],
    options: ['-p', '--newpassword'],
    examples: ['7z x -phunter2hunter2 a.7z', 'twine upload -u bob -p hunter2hunter2 dist'],
  },
  {
    programs: ['sqlcmd', 'bcp', 'osql', 'mosquitto_pub', 'mosquitto_sub', 'mosquitto_passwd'],
    options: ['-P', '--pw'],
    examples: ['sqlcmd -S db -U sa -P hunter2hunter2', 'mosquitto_pub -u a -P hunter2hunter2 -t x'],
  },
  {
    programs: ['zip', 'unzip', 'zipcloak', 'ipmitool', 'ssh-keygen'],
    options: ['-P', '-N'],
    examples: ['unzip -P hunter2hunter2 a.zip', 'ssh-keygen -t rsa -N hunter2hunter2 -f key'],
  },
  {
    programs: ['redis-cli', 'valkey-cli', 'keydb-cli'],
    options: ['-a'],
    words: { auth: 0, setuser: 1 },
    examples: [
      'redis-cli -a hunter2hunter2 ping',
      'redis-cli AUTH bob hunter2hunter2',
      'redis-cli ACL SETUSER bob on >hunter2hunter2',
    ],
  },
  {
    programs: [
      ...['ldapsearch', 'ldapmodify', 'ldapadd', 'ldapdelete', 'ldapwhoami', 'ldappasswd'],
      ...['ldapcompare', 'ldapmodrdn', 'ldapexop', 'kadmin', 'kadmin.local'],
    ],
    options: ['-w', '-pw'],
    examples: ['ldapsearch -x -D cn=a -w hunter2hunter2'],
  },
  {
    programs: ['ldappasswd'],
    options: ['-s', '-a'],
    examples: ['ldappasswd -s hunter2hunter2 cn=a'],
  },
  {
    programs: [
      ...['curl', 'wget', 'http', 'https', 'httpie', 'xh', 'lynx', 'ab', 'siege', 'lftp', 'aria2c'],
      ...['etcdctl', 'jenkins-cli', 'jenkins-cli.jar', 'git'],
    ],
    logins: ['-u', '--user', '-U', '--proxy-user', '-a'],
    separators: ':,',
    examples: ['curl -ubackup:hunter2hunter2 https://a.example', 'http -a bob:hunter2hunter2 a.b'],
  },
  {
    programs: [],
    until: [
      ...['docker', 'podman', 'nerdctl', 'kubectl', 'oc', 'crictl', 'ctr', 'gosu', 'su-exec'],
      ...['chroot', 'runuser', 'setpriv', 'systemd-run', 'sudo', 'install', 'runc', 'crun'],
    ],
    logins: ['-u', '--user', '--creds', '--src-creds', '--dest-creds'],
    separators: ':',
    examples: ['tool --user bob:hunter2hunter2', 'skopeo inspect --creds bob:hunter2hunter2 a'],
  },
  {
    programs: ['curl'],
    options: ['-b', '--oauth2-bearer', '--pass', '--proxy-pass', '--tlspassword'],
    examples: ['curl -b sid=hunter2hunter2 https://a.example'],
  },
  {
    programs: ['smbclient', 'smbget', 'rpcclient', 'winexe', 'smbmap', 'net'],
    logins: ['-U', '--user'],
    separators: '%',
    examples: ['smbclient //a/b -U bob%hunter2hunter2'],
  },
  {
    programs: ['sqlplus', 'sqlldr', 'rman', 'expdp', 'impdp'],
    words: { sqlplus: 0, rman: 0, target: 0, sqlldr: 0, expdp: 0, impdp: 0 },
    examples: ['sqlplus -S bob/hunter2hunter2@db', 'expdp bob/hunter2hunter2 directory=a'],
  },
  {
    programs: ['plink', 'pscp', 'psftp', 'putty', 'kitty'],
    options: ['-pw'],
    examples: ['plink -pw hunter2hunter2 host'],
  },
  {
    programs: ['mc', 'mcli'],
    words: { set: 2, add: 2 },
    examples: ['mc alias set a https://a.example key hunter2hunter2'],
  },
  {
    programs: ['bw', 'drush', 'radtest', 'iwconfig', 'lpass'],
    words: { login: 1, unlock: 0, upwd: 1, radtest: 1, key: 0 },
    examples: [
      'bw login bob@a.example hunter2hunter2',
      'drush upwd admin hunter2hunter2',
      'radtest bob hunter2hunter2 host 0 key',
    ],
  },
  {
    programs: ['rabbitmqctl'],
    words: { change_password: 1, add_user: 1, authenticate_user: 1 },
    examples: ['rabbitmqctl change_password guest hunter2hunter2'],
  },
  {
    programs: ['openssl'],
    options: ['-k', '-K', '-passin', '-passout', '-pass'],
    words: { passwd: 0 },
    examples: ['openssl enc -k hunter2hunter2 -in a', 'openssl passwd -6 hunter2hunter2'],
  },
  {
    programs: ['vault', 'bao'],
    subcommands: ['write', 'kv', 'put', 'patch'],
    assignments: true,
    examples: ['vault kv put secret/db value=hunter2hunter2'],
  },
  {
    programs: ['vault', 'bao', 'cargo', 'mkpasswd', 'wpa_passphrase', 'cryptpw'],
    words: { login: 0, unseal: 0, mkpasswd: 0, cryptpw: 0, wpa_passphrase: 1 },
    examples: ['vault login hunter2hunter2', 'mkpasswd -m sha-512 hunter2hunter2'],
  },
  {
    programs: ['kubectl', 'oc'],
    logins: ['--from-literal'],
    separators: '=',
    examples: ['kubectl create secret generic db --from-literal=value=hunter2hunter2'],
  },
  {
    programs: ['doctl', 'snmpget', 'snmpwalk', 'snmpset', 'snmpbulkwalk'],
    options: ['-t', '-c', '-A', '-X'],
    examples: ['snmpwalk -v2c -c hunter2hunter2 host'],
  },
  {
    programs: ['net'],
    subcommands: ['user', 'use'],
    words: { user: 1, use: 1 },
    examples: ['net user bob hunter2hunter2 /add', 'net use z: hunter2hunter2'],
  },
]
