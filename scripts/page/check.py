#!/usr/bin/env python3
"""Opens pages of results in a headless Chromium, and tries what a reader would.

    scripts/page/check.py results/alpha_sweep/report.html … [--shots FOLDER] [--axe axe.min.js]

A page loads from disk without an error and without a request; its toggles, its slider over τ, its
keys and its address do what they should; without JavaScript nothing is missing; at no width does it
scroll sideways. With --axe (`npm pack axe-core`) it has no serious violation, light or dark; with
--shots it is photographed at 390, 900 and 1600 px, light, dark, and printed.
"""

import argparse
import base64
import pathlib
import sys

from browser import Browser, program

MARKS = "[...document.querySelectorAll('g.p')]"
SHOWN = f"{MARKS}.filter(e => !e.classList.contains('off')).length"
ROWS = "[...document.querySelectorAll('#verdicts tbody tr')].map(r => r.innerText).join('\\n')"
CELLS = "[...document.querySelectorAll('#cells [data-n]')].map(e => e.textContent)"
PLACES = f"{MARKS}.filter(e => e.dataset.m).map(e => Math.round(e.lastElementChild.getBoundingClientRect().y * 10))"


def slide(index):
    return f"(() => {{ const t = document.querySelector('#tau'); t.value = {index}; t.oninput(); }})()"


def check(browser, path, shots, axe):
    """What is wrong with a page."""
    wrong, url = [], path.resolve().as_uri()

    def must(holds, what):
        if not holds:
            wrong.append(what)

    browser.scheme("light")
    browser.size(1200)
    browser("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(url)
    bare = {"rows": browser.js(ROWS), "cells": browser.js(CELLS), "marks": browser.js(f"{MARKS}.length"),
            "figures": browser.js("document.querySelectorAll('figure svg').length")}
    must(bare["figures"] > 0, "without JavaScript there is no figure")
    must(browser.js(f"{MARKS}.every(e => e.querySelector('title').textContent)"),
         "without JavaScript a point does not say what it is")
    must(all(bare["cells"]), "without JavaScript an n* is missing")
    must(browser.js("getComputedStyle(document.querySelector('#bar')).display") == "none",
         "without JavaScript there are controls that do nothing")
    must(browser.js("document.querySelectorAll('[download]').length") > 1, "no table to download")
    if shots:
        browser.screenshot(shots / "without-javascript.png")
    browser("Emulation.setScriptExecutionDisabled", value=False)

    browser.open(url)
    wrong += browser.complaints()
    must(browser.js("document.querySelector('#bar').hidden") is False, "the controls are hidden")
    must(browser.js(ROWS) == bare["rows"], "the script changes the verdicts at the τ of the study")
    must(browser.js(f"{MARKS}.every(e => e.getAttribute('aria-label'))"), "a point has no name")
    shown, places = browser.js(SHOWN), browser.js(PLACES)

    # The legend, in all figures at once.
    buttons = browser.js("[...document.querySelectorAll('#bar fieldset button')].length")
    for i in range(buttons):
        button = f"document.querySelectorAll('#bar fieldset button')[{i}]"
        browser.js(f"{button}.click()")
        name = browser.js(f"{button}.textContent")
        must(browser.js(f"{button}.getAttribute('aria-pressed')") == "false", f"{name} is not off")
        must(browser.js("[...document.querySelectorAll('[data-s].off')].length") > 0, f"{name} hides nothing")
        stays = browser.js("(() => { const d = JSON.parse(document.querySelector('#data').textContent);"
                           f" const v = {button}.textContent, k = {{learner: 'learner', 'α': 'alpha', target: 'target'}}"
                           f"[{button}.parentNode.firstChild.textContent];"
                           f" return {MARKS}.filter(e => d.series[e.dataset.s]?.[k] === v && !e.classList.contains('off')).length }})()")
        must(stays == 0, f"{name} is off and {stays} of its points are seen")
        must("off=" in browser.js("location.hash"), f"{name} is not in the address")
        browser.js(f"{button}.click()")
    must(browser.js(SHOWN) == shown, "points do not come back")

    # The slider over τ: every number is one of the program's.
    own = browser.js("JSON.parse(document.querySelector('#data').textContent).own")
    last = browser.js("JSON.parse(document.querySelector('#data').textContent).tau.length") - 1
    must(last == 19, f"{last + 1} values of τ")
    for index in (0, max(own - 3, 0), min(own + 3, last), last):
        browser.js(slide(index))
        said = browser.js("(() => { const d = JSON.parse(document.querySelector('#data').textContent), i = "
                          f"{index}; return d.rows[i].every((row, n) => row.every((text, k) => d.words[text] === "
                          "document.querySelectorAll('#verdicts tbody tr')[n].querySelectorAll('[data-v]')[k].textContent))"
                          " && d.says[i].join() === [...document.querySelectorAll('#says li')].map(e => e.textContent).join() })()")
        must(said, f"at τ number {index} the page does not say what the program computed")
    browser.js(slide(max(own - 3, 0)))
    must(browser.js(CELLS) != bare["cells"], "n* does not follow τ")
    if browser.js("document.querySelectorAll('[data-moves] g.p:not(.off)').length"):
        must(browser.js(PLACES) != places, "no point follows τ")
    must("tau=" in browser.js("location.hash"), "τ is not in the address")
    there = browser.js(CELLS)
    browser.open(browser.js("location.href"))
    must(browser.js(CELLS) == there, "the address does not bring τ back")
    browser.js("document.querySelector('#own').click()")
    must(browser.js(PLACES) == places, "points do not go back to the τ of the study")
    must(browser.js(ROWS) == bare["rows"], "verdicts do not go back to the τ of the study")

    # Keys and pointer.
    if bare["marks"]:
        browser.js("(() => { const f = document.querySelector('g.p').closest('.wide'); f.scrollIntoView(); f.focus(); })()")
        browser.press("ArrowRight")
        must(not browser.js("document.querySelector('#tip').hidden"), "an arrow key shows no point")
        must(browser.js("document.querySelectorAll('.guide').length") == 2, "there is no crosshair")
        browser.press("Enter")
        must("pin=" in browser.js("location.hash"), "Enter does not pin")
        if shots:
            browser.screenshot(shots / "pinned.png", whole=False)
        browser.press("Escape")
        must(browser.js("document.querySelector('#tip').hidden"), "Escape does not let go")
    wrong += browser.complaints()

    for width in (390, 900, 1600):
        browser.size(width)
        browser.open(url)
        wide = browser.js("document.documentElement.scrollWidth")
        must(wide <= width, f"{wide} px wide at {width} px")
        if shots:
            browser.screenshot(shots / f"{width}.png")
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        browser.size(900)
        browser.open(url)
        if shots and scheme == "dark":
            browser.screenshot(shots / "dark.png")
        if axe:
            browser.js(axe)
            found = browser.js("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 160)]))")
            for impact, rule, count, first in found:
                (wrong.append if impact in ("serious", "critical") else print)(
                    f"axe, {scheme}: {impact} {rule}, {count} times, {first}")
    browser.scheme("light")
    if shots:
        browser.open(url)
        (shots / "print.pdf").write_bytes(base64.b64decode(browser("Page.printToPDF")["data"]))
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    parser.add_argument("--shots", type=pathlib.Path, help="folder for photographs, one a page")
    parser.add_argument("--axe", type=pathlib.Path, help="axe.min.js of axe-core")
    arguments = parser.parse_args()
    if not program():
        print("skipped: there is no Chromium here")
        return 0
    axe, failed = arguments.axe and arguments.axe.read_text(), 0
    for path in arguments.pages:
        shots = arguments.shots and arguments.shots / path.resolve().parent.name
        if shots:
            shots.mkdir(parents=True, exist_ok=True)
        with Browser() as browser:
            wrong = check(browser, path, shots, axe)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB, {'; '.join(wrong) or 'fine'}")
        failed += bool(wrong)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
