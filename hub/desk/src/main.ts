/** Where the page starts. */
import { mount } from "svelte";
import App from "./App.svelte";
import "./styles/tokens.css";
import "./styles/base.css";

const target = document.getElementById("desk");
if (!target) throw new Error("index.html has no element #desk");

export default mount(App, { target });
