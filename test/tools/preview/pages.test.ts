/** The preview for people: as a comment and as a page, whatever a config's texts hold. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { preview } from "../../../tools/preview/command.js";
import { html, markdown } from "../../../tools/preview/escape.js";
import { previewPage } from "../../../tools/preview/html.js";
import { MARKER, previewMarkdown } from "../../../tools/preview/markdown.js";
import type { StackReport } from "../../../tools/preview/report.js";
import { folderWith, projectCopy, removeFolders } from "../folders.js";

const EVIL =
  "</pre></code><script>alert(1)</script> @octocat [x](https://evil.example) `|` <img src=x onerror=alert(1)>";

async function reportOf(stack = "staging"): Promise<StackReport> {
  const { text } = await preview(projectCopy(), [stack], { format: "json" });
  return (JSON.parse(text) as { stacks: StackReport[] }).stacks[0]!;
}

/** The report with such a text wherever a config's own words go. */
function poisoned(report: StackReport): StackReport {
  return {
    ...report,
    stack: EVIL,
    releases: report.releases.map((release) => ({ ...release, model: EVIL, weights: EVIL, reasons: { [EVIL]: EVIL } })),
    violations: [{ rule: "r", level: "mandatory", resource: EVIL, message: EVIL }] as StackReport["violations"],
    warnings: [{ path: EVIL, message: EVIL, severity: "warning" }],
  };
}

const hasChromium = spawnSync("chromium", ["--version"]).status === 0;

describe("preview for people", function () {
  this.timeout(120_000);
  after(removeFolders);

  it("escapes a text for HTML and for Markdown", () => {
    assert.equal(html(`<a b="c">&'`), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
    assert.equal(markdown("a|`@b`"), "<code>a&#124;&#96;&#64;b&#96;</code>");
    assert.equal(html("a\nb\u202e"), "a\\nb\\u202e");
  });

  it("as Markdown has a marker, a row a release, and no markup of a config's", async () => {
    const report = await reportOf();
    const text = previewMarkdown([report], undefined);
    assert.ok(text.startsWith(`${MARKER}\n`));
    assert.equal(text.match(/^\| <code>/gm)!.length, report.releases.length);
    const evil = previewMarkdown([poisoned(report)], undefined);
    assert.doesNotMatch(evil, /<script|<img/);
    assert.doesNotMatch(evil.replace(/<pre>[^<]*<\/pre>/g, ""), /\[x\]\(|@octocat|https:/);
    assert.equal(evil.match(/<pre>/g)!.length, evil.match(/<\/pre>/g)!.length);
    assert.equal(evil.match(/<details>/g)!.length, evil.match(/<\/details>/g)!.length);
  });

  it("as Markdown stays below what GitHub takes, and says what is left out", async () => {
    const report = await reportOf();
    const many = { ...report, releases: Array.from({ length: 1000 }, () => report.releases[0]!) };
    const text = previewMarkdown([many, many], undefined);
    assert.ok(text.length < 65_536, String(text.length));
    assert.match(text, /… and \d+ more lines/);
    assert.equal(text.match(/<details>/g)!.length, text.match(/<\/details>/g)!.length);
  });

  it("as a page loads nothing, runs nothing, and tells each bar in words", async () => {
    const report = await reportOf();
    for (const page of [previewPage([report], undefined), previewPage([poisoned(report)], undefined)]) {
      assert.match(page, /<meta http-equiv="Content-Security-Policy" content="default-src 'none'/);
      // What stands in quotes is text of an attribute.
      assert.doesNotMatch(
        page.replace(/"[^"<>]*"/g, ""),
        /<(script|link|img|iframe|object|base)\b|<[^>]*\s(src|href)=|url\(|@import/,
      );
      assert.equal(page.match(/role="img" aria-label="One GPU of /g)!.length, report.releases.length);
      for (const tag of ["section", "article", "div", "ul", "li", "dl", "dd", "span", "p", "main"]) {
        const count = (pattern: string): number => page.match(new RegExp(pattern, "g"))?.length ?? 0;
        assert.equal(count(`<${tag}[ >]`), count(`</${tag}>`), tag);
      }
    }
  });

  it("as a page has the parts of a GPU's memory, which are all of it", async () => {
    for (const { fit } of (await reportOf("prod")).releases) {
      const { memoryGiB, weightsGiB, overheadGiB, kvCacheGiB, freeGiB } = fit.perGpu;
      assert.ok(Math.abs(weightsGiB + overheadGiB + kvCacheGiB + freeGiB - memoryGiB) < 0.05);
    }
  });

  it("writes the page beside what it prints", async () => {
    const folder = projectCopy();
    await preview(folder, ["staging"], { format: "text", html: "page.html" });
    assert.match(readFileSync(join(folder, "page.html"), "utf8"), /^<!doctype html>\n/);
  });

  (hasChromium ? it : it.skip)("fits a phone and a desk in a browser, and prints", async () => {
    const folder = folderWith();
    const file = join(folder, "page.html");
    // A script of the test's own, which measures: without the page's policy, which would forbid it.
    const measure =
      "<script>document.title = String(document.documentElement.scrollWidth - innerWidth)</script></body>";
    const page = previewPage([poisoned(await reportOf()), await reportOf("prod")], undefined);
    writeFileSync(
      file,
      page.replace(/<meta http-equiv[^>]*>/, "").replace("</body>", () => measure),
    );
    const chromium = (...args: string[]): string =>
      execFileSync("chromium", ["--headless", "--no-sandbox", "--disable-gpu", ...args, `file://${file}`], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    for (const width of [500, 1280]) {
      const dom = chromium("--dump-dom", `--window-size=${width},900`);
      assert.match(dom, /<title>(0|-\d+)<\/title>/, `${width} px`);
    }
    chromium(`--print-to-pdf=${join(folder, "page.pdf")}`);
    assert.ok(existsSync(join(folder, "page.pdf")));
  });
});
