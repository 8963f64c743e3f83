/* One mail on standard input, what mailparser reads in it as JSON on standard output. */
import { createHash } from "node:crypto";
import { simpleParser } from "mailparser";

const addresses = (field) => (field?.value ?? []).map(({ name, address }) => [name, address]);
const mail = await simpleParser(process.stdin, { skipTextToHtml: true, skipImageLinks: true });
console.log(JSON.stringify({
  subject: mail.subject,
  from: addresses(mail.from),
  to: addresses(mail.to),
  cc: addresses(mail.cc),
  date: mail.date?.getTime(),
  message_id: mail.messageId,
  in_reply_to: mail.inReplyTo ?? "",
  references: [mail.references ?? []].flat(),
  text: mail.text,
  html: mail.html || "",
  files: mail.attachments.map((file) => ({
    name: file.filename,
    type: file.contentType,
    disposition: file.contentDisposition,
    sha256: createHash("sha256").update(file.content).digest("hex"),
  })),
}));
