/** Ports of a runtime. */

/** The port that vLLM listens on; its own default. */
export const HTTP_PORT = 8000;

/** Name of the port that requests, probes and scrapes use. */
export const PORT_NAME = "http";
