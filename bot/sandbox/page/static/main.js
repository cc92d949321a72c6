// The page: places on the left, messages in the middle, and behind the scenes on the right if somebody looks there.

import { html, nothing } from "./lit/lit-html.js";
import { behindView } from "./behind.js";
import { chat } from "./chat.js";
import { prepare } from "./composer.js";
import { dialogView } from "./modal.js";
import { places, toggleNav } from "./places.js";
import { popup } from "./popup.js";
import { changed, drawWith, state } from "./state.js";
import { helpedBy } from "./tour.js";
import { viewerView } from "./viewer.js";
import { connect, lookBehind } from "./wire.js";

const WORDS = {
  connecting: ["One moment", "The page connects to the sandbox. If this stays, start it again: atelier sandbox"],
  refused: ["This address does not open the page", "Open the whole address that the terminal shows, with what stands after #. Another start has another one."],
};

function app() {
  if (!state.outline) {
    const [title, words] = WORDS[state.link === "refused" ? "refused" : "connecting"];
    return html`<main class="waiting"><h1>${title}</h1><p>${words}</p></main>`;
  }
  return html`<div class="page ${state.isNavOpen ? "nav-open" : ""} ${state.isBehindOpen ? "behind-open" : ""}" @keydown=${(event) => { if (event.key === "Escape" && state.isNavOpen) toggleNav(); }}>
      <div class="places">${places()}</div>
      <button class="veil" tabindex="-1" aria-hidden="true" @click=${toggleNav}></button>
      ${chat()}${behindView()}
    </div>
    ${dialogView()}${viewerView()}${popup()}
    <div class="toast ${state.toast ? "shown" : ""}" role="status">${state.toast}</div>
    ${state.link === "open" ? nothing : html`<div class="lost" role="alert">The sandbox is not there. The page connects again by itself.</div>`}`;
}

helpedBy(prepare, lookBehind);
document.body.dataset.isReady = "yes";
drawWith(document.querySelector("#app"), app);
connect();
setInterval(changed, 30000); // times that are told from now
addEventListener("hashchange", () => location.reload());
