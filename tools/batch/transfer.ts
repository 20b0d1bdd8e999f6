/** How far a transfer is, said now and then. */
const EVERY_MS = 5000;

/** @returns a function that reports `uploaded 12.0 of 480.3 MB` at most every few seconds, and at the end */
export function transferReport(report: (line: string) => void, what: string, total: number): (bytes: number) => void {
  let said = Date.now();
  return (bytes) => {
    if (bytes < total && Date.now() - said < EVERY_MS) return;
    said = Date.now();
    report(`${what} ${megabytes(bytes)} of ${megabytes(total)} MB`);
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
