import { PartReader, type Part } from "../../../hub/desk/src/lib/parts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const part = (body: string, type = "image/jpeg"): string =>
  `--frame\r\nContent-Type: ${type}\r\nX-Camera: c\r\nContent-Length: ${body.length}\r\n\r\n${body}\r\n`;
const words = (found: Part): string => String.fromCharCode(...found.body);

describe("a multipart answer", () => {
  const whole = bytes(part("\xff\xd8 one") + part("--frame\r\n\r\n") + part(""));

  test.each([1, 2, 7, 50, 1000])("is read in pieces of %i bytes", (size) => {
    const reader = new PartReader();
    const parts: Part[] = [];
    for (let at = 0; at < whole.length; at += size)
      parts.push(...reader.push(whole.subarray(at, at + size)));
    expect(parts.map(words)).toEqual(["\xff\xd8 one", "--frame\r\n\r\n", ""]);
    expect(parts[0]?.headers.get("x-camera")).toBe("c");
    expect(parts[0]?.headers.get("content-type")).toBe("image/jpeg");
  });

  test("that is none is given up instead of being kept", () => {
    expect(() => new PartReader().push(new Uint8Array(5000))).toThrow();
    expect(() => new PartReader().push(bytes("--frame\r\nX: y\r\n\r\n"))).toThrow();
  });
});
