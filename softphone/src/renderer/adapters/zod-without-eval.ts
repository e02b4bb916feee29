/** Imported before any schema: zod's compiled parsers need `eval`, which the page's content security policy forbids. */
import { z } from "zod";

z.config({ jitless: true });
