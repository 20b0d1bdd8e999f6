/** What a step changes in a file, as `diff -u` shows it: a step changes a few lines that stand together. */

const CONTEXT = 3;

export function fileDiff(name: string, before: string, after: string): string {
  const [old, now] = [lines(before), lines(after)];
  const least = Math.min(old.length, now.length);
  let start = 0;
  while (start < least && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < least - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const from = Math.max(0, start - CONTEXT);
  const [oldTo, nowTo] = [old.length - end, now.length - end];
  const after3 = old.slice(oldTo, oldTo + CONTEXT);
  const size = (to: number): number => to - from + after3.length;
  return [
    `--- ${name}`,
    `+++ ${name}`,
    `@@ -${from + 1},${size(oldTo)} +${from + 1},${size(nowTo)} @@`,
    ...old.slice(from, start).map((line) => ` ${line}`),
    ...old.slice(start, oldTo).map((line) => `-${line}`),
    ...now.slice(start, nowTo).map((line) => `+${line}`),
    ...after3.map((line) => ` ${line}`),
  ].join("\n");
}

function lines(text: string): string[] {
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}
