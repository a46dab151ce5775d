/** The shapes of the hub's answers, by short names; made from its OpenAPI description. */
import type { components } from "../api";

type Schemas = components["schemas"];

export type Name = Schemas["NameView"];
export type Point = [number, number];

export type Site = Schemas["SiteView"];
export type Grid = Schemas["GridView"];
export type Person = Schemas["PersonView"];
export type Place = Schemas["PlaceView"];

export type Body = Schemas["BodyView"];
export type Register = Schemas["RegisterView"];
export type Terminal = Schemas["TerminalView"];
export type TerminalList = Schemas["TerminalList"];
export type RegisterList = Schemas["RegisterList"];

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
