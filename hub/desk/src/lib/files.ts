/** What the page asks the hub about files (一楼一档). */
import { ask, query, segment } from "./api";
import type { components } from "../api";

type Schemas = components["schemas"];
export type FilePage = Schemas["FilePage"];
export type FileLine = Schemas["FileLine"];
export type FileProgress = Schemas["FileProgress"];
export type ProgressLine = Schemas["ProgressLine"];
export type FileRules = Schemas["FileRulesView"];
export type SubjectFile = Schemas["SubjectFile"];
export type FilePart = Schemas["PartView"];
export type FileVersion = Schemas["FileEntryView"];
export type FileKind = FileLine["kind"];
export type Attachment = Schemas["AttachmentView"];

const MOST = 500;

export type FilesWanted = {
  kind: string | null;
  grid: string | null;
  stage: string | null;
  stale: string | null;
  search: string | null;
};

export const readFiles = (wanted: FilesWanted): Promise<FilePage> =>
  ask(`/api/files?${query({ limit: MOST, ...wanted })}`);
export const readProgress = (kind: string | null): Promise<FileProgress> =>
  ask(`/api/file-progress?${query({ kind })}`);
export const readFileRules = (): Promise<FileRules> => ask("/api/file-rules");

/** `building:dormitory-1`, as it stands in the address. */
export const entryOf = (file: { kind: string; subject: string }): string =>
  `${file.kind}:${file.subject}`;

const pathOf = (entry: string): string => {
  const cut = entry.indexOf(":");
  return `/api/files/${segment(entry.slice(0, cut))}/${segment(entry.slice(cut + 1))}`;
};
export const readSubjectFile = (entry: string): Promise<SubjectFile> => ask(pathOf(entry));
export const fileEntries = (entry: string): string => `${pathOf(entry)}/entries`;

export const attachmentPath = (hash: string): string => `/api/attachments/${hash}`;
export const sendAttachment = (file: File): Promise<Attachment> =>
  ask(`/api/attachments?${query({ name: file.name })}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: file,
  });

export const evacuationOf = (building: string): string =>
  `/api/buildings/${segment(building)}/evacuation`;
