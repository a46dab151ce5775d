/** The shapes of the hub's answers, by short names; made from its OpenAPI description. */
import type { components } from "../api";

type Schemas = components["schemas"];

export type Name = Schemas["NameView"];
export type Point = [number, number];

export type Site = Schemas["SiteView"];
export type Grid = Schemas["GridView"];
export type Person = Schemas["PersonView"];
export type Place = Schemas["PlaceView"];

export type GridKind = Grid["kind"];
export type Things = Schemas["ThingsView"];
export type Unit = Schemas["UnitThing"];
export type GridLine = Schemas["GridLine"];
export type GridFile = Schemas["GridFile"];
export type GridAt = Schemas["GridAt"];
export type Load = Schemas["LoadView"];
export type Measure = Load["heavy"][number];
export type Version = Schemas["VersionView"];
export type DivisionProblems = Schemas["DivisionProblems"];
export type Finding = Schemas["FindingView"];
export type GridSide = Schemas["GridSide"];
export type Proposal = Schemas["ProposalView"];
export type ProposalFile = Schemas["ProposalFile"];
export type Verdict = Schemas["ProposalDecision"]["decision"];
export type Leave = Schemas["LeaveView"];
export type LeaveOrder = Schemas["LeaveOrder"];
export type Suggestion = Schemas["SuggestionView"];
export type DepartureOrder = Schemas["DepartureOrder"];
export type Vacancy = Schemas["VacancyView"];
export type StaffReport = Schemas["StaffReport"];
export type ResponsibilityLetters = Schemas["ResponsibilityLetters"];
export type ResponsibilityLetter = Schemas["ResponsibilityLetterView"];
export type LetterOrder = Schemas["LetterOrder"];
export type DirectCommand = Schemas["DirectCommand"];
export type PersonRef = Schemas["PersonRef"];
export type Body = Schemas["BodyView"];
export type Register = Schemas["RegisterView"];
export type Terminal = Schemas["TerminalView"];
export type TerminalList = Schemas["TerminalList"];
export type RegisterList = Schemas["RegisterList"];

export type Me = Schemas["Me"];
export type Rights = Me["rights"];
export type Right = NonNullable<Schemas["TokenOrder"]["rights"]>[number];
export type HeldRole = Me["roles"][number];
export type OwnSession = Schemas["SessionView"];
export type Token = Schemas["TokenView"];
export type TokenOrder = Schemas["TokenOrder"];
export type SecondFactor = Schemas["SecondView"];
export type TotpDraft = Schemas["TotpDraft"];
export type RecoveryCodes = Schemas["RecoveryCodes"];
export type NewToken = Schemas["NewToken"];
export type AccountLine = Schemas["AccountLine"];
export type AccountFile = Schemas["AccountFile"];
export type Grant = AccountFile["grants"][number];
export type GrantOrder = Schemas["GrantOrder"];
export type RoleName = GrantOrder["role"];
export type Invitation = Schemas["Invitation"];
export type Invited = Schemas["Invited"];
export type OneTimeCode = Schemas["CodeView"];
export type SecrecyDuty = Schemas["SecrecyView"];
export type AuditLog = Schemas["AuditLogView"];
export type AuditEntry = Schemas["AuditEntryView"];

export type Device = Schemas["Device"];
export type DeviceNow = Schemas["DeviceNow"];
export type Condition = Device["state"];
export type Latest = Schemas["LatestReading"];
export type Series = Schemas["Series"];
export type Gap = Schemas["GapView"];
export type AgentGaps = Schemas["AgentGaps"];

export type Case = Schemas["Case"];
export type CaseState = Case["state"];
export type Grade = Case["grade"];
export type CasePage = Schemas["CasePage"];
export type CaseFile = Schemas["CaseFile"];
export type LogEntry = Schemas["LogEntry"];
export type Step = Schemas["Step"];
export type Action = Step["action"];

export type Agent = Schemas["Agent"];
export type Command = Schemas["Command"];
export type CommandPage = Schemas["CommandPage"];
export type Order = Schemas["CommandRequest"]["order"];
export type Health = Schemas["Health"];
export type DeadLetterPage = Schemas["DeadLetterPage"];
export type Beat = Schemas["Beat"];
export type Camera = Schemas["Camera"];
export type AttachedPicture = Schemas["AttachedPicture"];
export type ShutOff = Schemas["ShutOffView"];
export type Problem = Schemas["ProblemDetails"];

export type Category = Schemas["CategoryView"];
export type Categories = Schemas["Categories"];
export type Department = Schemas["DepartmentView"];
export type ReportRequest = Schemas["ReportRequest"];
export type Report = Schemas["ReportView"];
export type Photo = Schemas["PhotoView"];

export type Hydrant = Schemas["HydrantView"];
export type HydrantList = Schemas["HydrantList"];
export type HydrantFile = Schemas["HydrantFile"];
export type HydrantState = Hydrant["state"];
export type HydrantRequest = Schemas["HydrantRequest"];

export type Card = Schemas["CardView"];
export type CardList = Schemas["CardList"];
export type CardFile = Schemas["CardFile"];
export type Stock = Schemas["StockView"];
export type Work = Schemas["WorkRequest"]["work"];
export type Letter = Schemas["LetterView"];
export type LetterList = Schemas["LetterList"];
export type Consents = Schemas["ConsentList"];
