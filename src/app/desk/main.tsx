/** Root of the desk (`/guichet`); runs in the page. */
import { render } from "preact";

const place = document.getElementById("app");
if (place !== null) render(<main>Besace</main>, place);
