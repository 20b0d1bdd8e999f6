/** Name of the port that requests, probes and scrapes use. */
export const PORT_NAME = "http";
