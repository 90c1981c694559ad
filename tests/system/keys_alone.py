"""Somebody without a mouse: every step is a key, and at each it is seen where the focus is."""

from playwright.sync_api import Page

# Where the focus is, whether it can be seen there, and whether it is where one wants to be.
STANDS = """(wanted) => {
    const at = document.activeElement;
    if (at === null || at === document.body) return {at: 'nowhere', seen: true, there: false};
    const box = at.getBoundingClientRect();
    const shown = (one) => {
        if (one === null) return false;
        const style = getComputedStyle(one);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
    };
    const onScreen = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    const own = at.matches('input[type=radio], input[type=checkbox]');
    const seen = onScreen && (shown(at) || shown(at.parentElement) || (own && shown(at.nextElementSibling)));
    const name = at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText || at.name || '';
    const said = name.replace(/\\s+/g, ' ').trim();
    const there = at.matches(wanted.css) && said.includes(wanted.says);
    return {at: `${at.tagName} ${said.slice(0, 60)}`, seen, there};
}"""
# Nothing but keys reaches the page, or it is counted.
NO_MOUSE = """() => {
    window.mouseEvents = 0;
    for (const name of ['mousedown', 'pointerdown', 'touchstart', 'wheel', 'mousemove'])
        addEventListener(name, (event) => { if (event.isTrusted) window.mouseEvents += 1; }, {capture: true});
}"""


def stands(page: Page, css: str, says: str) -> bool:
    """Whether the focus is on that; wherever it is, it must be seen."""
    told = page.evaluate(STANDS, {"css": css, "says": says})
    assert told["seen"], f"the focus cannot be seen on {told['at']}"
    return bool(told["there"])


def tab_to(page: Page, css: str, says: str = "", *, back: bool = False, most: int = 120) -> None:
    """With Tab, until the focus is on what `css` matches and whose name has `says` in it."""
    for _ in range(most):
        if stands(page, css, says):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{most} times Tab did not lead to {css} {says!r}")


def enter(page: Page, css: str, says: str = "", *, back: bool = False) -> None:
    tab_to(page, css, says, back=back)
    page.keyboard.press("Enter")
