/** What the audit log is asked. */
import { auditQuery, NOTHING_SOUGHT } from "../../../hub/desk/src/lib/audit.svelte";

test("nothing sought asks for the newest page", () => {
  expect(auditQuery(NOTHING_SOUGHT, null)).toBe("newest=true&limit=100");
});

test("what is typed is sent without blanks, times as moments, and the page before a number", () => {
  const sought = { ...NOTHING_SOUGHT, actor: " p-west ", subject: "case:1", from: "2026-11-22T08:00" };
  const asked = new URLSearchParams(auditQuery(sought, 301));
  expect(asked.get("actor")).toBe("p-west");
  expect(asked.get("subject")).toBe("case:1");
  expect(asked.get("action")).toBeNull();
  expect(asked.get("before")).toBe("301");
  expect(asked.get("from")).toBe(new Date("2026-11-22T08:00").toISOString());
});
