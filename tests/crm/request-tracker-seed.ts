/** What a test's Request Tracker is made of: its settings, and what an administrator would set up for the bridge (docs/crm-connectors.md). */
export const queueName = "URP";
export const phoneCustomField = "Telefono";
export const bridgeUser = { name: "la2-cti", password: "password of la2-cti" };

/** Rights of the bridge's account on the queue; docs/crm-connectors.md lists the same. */
const bridgeRights = [
  "SeeQueue",
  "ShowTicket",
  "ShowTicketComments",
  "CreateTicket",
  "CommentOnTicket",
  "ModifyTicket",
  "SeeCustomField",
  "ModifyCustomField",
  "SetInitialCustomField",
];

export function settingsText({ folder, port }: { folder: string; port: number }): string {
  const settings = {
    rtname: "urp.example",
    Organization: "urp.example",
    Timezone: "UTC",
    WebDomain: "127.0.0.1",
    WebPort: String(port),
    WebPath: "",
    WebBaseURL: `http://127.0.0.1:${port}`,
    WebURL: `http://127.0.0.1:${port}/`,
    DatabaseType: "SQLite",
    DatabaseName: `${folder}/rt.sqlite`,
    DatabaseHost: "",
    DatabasePort: "",
    DatabaseUser: "",
    DatabasePassword: "",
    LogToSTDERR: "warning",
    // Mail is written nowhere: no citizen of a test ever gets any.
    MailCommand: "testfile",
  };
  return [
    ...Object.entries(settings).map(([name, value]) => `Set($${name}, '${value}');`),
    "Set($LogToSyslog, undef);",
    "Set($LogToFile, undef);",
    // Where compiled pages and sessions are kept is no setting but a variable of RT's own.
    `$RT::MasonDataDir = '${folder}/mason';`,
    `$RT::MasonSessionDir = '${folder}/sessions';`,
    "1;",
    "",
  ].join("\n");
}

/** Perl that rt-setup-database reads: queue, custom field, account, rights, and a token written to $LA2_TOKEN_FILE. */
export function seedText(): string {
  return `
@Queues = ({ Name => '${queueName}', Description => 'Ufficio relazioni con il pubblico' });
@Users = ({ Name => '${bridgeUser.name}', RealName => 'LA2-CTI', Password => '${bridgeUser.password}', Privileged => 1 });
@CustomFields = ({ Name => '${phoneCustomField}', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket', Queue => ['${queueName}'] });
@ACL = map { { Right => $_, UserId => '${bridgeUser.name}', Queue => '${queueName}' } } qw(${bridgeRights.join(" ")});
@Final = (sub {
  my $user = RT::User->new(RT->SystemUser);
  $user->Load('${bridgeUser.name}');
  my ($id, $message, $token) = RT::AuthToken->new(RT->SystemUser)->Create(Owner => $user->Id, Description => 'LA2-CTI');
  die $message unless $id;
  open my $file, '>', $ENV{LA2_TOKEN_FILE} or die $!;
  print $file $token;
  close $file or die $!;
});
1;
`;
}
