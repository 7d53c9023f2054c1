import { linux, needs, root } from "#stores/testing.ts";
import { postgresql } from "#stores/postgresql/testing.ts";

/** What every test of a whole twin of `fargate` cannot do without; processes are found in Linux's /proc. */
export const aTwin = needs(linux, postgresql);
export const linuxOnly = needs(linux);
export const rootOnly = needs(linux, postgresql, root);
