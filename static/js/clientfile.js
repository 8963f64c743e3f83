/* form[data-client-form]: reads Google's JSON file in the browser and fills in the two fields. */
import { icon, on, t } from "./dom.js";

function say(form, text, kind) {
  const line = document.createElement("div");
  line.className = kind === "bad" ? "field-error field" : "banner banner-ok field";
  line.append(icon(kind === "bad" ? "circle-alert" : "circle-check"), document.createTextNode(text));
  form.querySelector("[data-client-message]").replaceChildren(line);
}

/** The client in Google's file, or a key of the strings that tells what is wrong. */
function readClient(text) {
  let content;
  try {
    content = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return { wrong: "jsonBroken" };
    throw error;
  }
  if (content?.installed) return { wrong: "jsonInstalled" };
  const { client_id: id, client_secret: secret, redirect_uris: uris } = content?.web || {};
  if (!id || !secret) return { wrong: "jsonBroken" };
  return { id, secret, uris: uris || [] };
}

async function take(form, file) {
  const client = file.size > 100_000 ? { wrong: "jsonBroken" } : readClient(await file.text());
  form.querySelector("[name=client_file]").value = "";
  if (client.wrong) { say(form, t(client.wrong), "bad"); return; }
  form.elements.client_id.value = client.id;
  form.elements.client_secret.value = client.secret;
  if (client.uris.includes(form.dataset.redirect)) say(form, t("jsonRead", file.name), "ok");
  else say(form, t("jsonNoRedirect"), "bad");
  form.querySelector("[type=submit]").focus();
}

function look(field) {
  if (field.files[0]) take(field.form, field.files[0]);
}

// Dropped onto it as well (filedrop.js), and perhaps before this module was there.
on("change", "[data-client-form] [name=client_file]", (event, field) => look(field));
document.querySelectorAll("[data-client-form] [name=client_file]").forEach(look);
