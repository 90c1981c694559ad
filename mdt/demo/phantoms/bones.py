"""Ribs, spine, breastbone, shoulder girdle: tubes with a dense shell over marrow."""

import numpy as np

from mdt.demo.phantoms.canvas import Canvas, Point
from mdt.demo.phantoms.surfaces import SPINE_Y, cavity


def paint(canvas: Canvas, *, arms_down: bool) -> None:
    for level in np.arange(-196.0, 215.0, 24.5):
        vertebra(canvas, float(level))
    for n in range(11):
        for side in (-1, 1):
            _rib(canvas, n, side)
    _plate(canvas, [(0, y, z) for y, z in ((-92, -66), (-97, -20), (-93, 30))], (15, 4.6))  # sternum
    _plate(canvas, [(0, -88, 40), (0, -72, 84)], (25, 5.5))  # manubrium
    for side in (-1, 1):
        canvas.path(
            [(side * 20, -68, 88), (side * 62, -60, 108), (side * 108, -22, 124), (side * 138, 6, 126)], 5.4, 620
        )
        canvas.path([(side * 20, -68, 88), (side * 62, -60, 108), (side * 108, -22, 124)], 3.2, 210)
        _scapula(canvas, side)
        if arms_down:
            canvas.ellipsoid((side * 152.0, 8.0, 120.0), (22, 22, 24), 330)
            canvas.path([(side * 156, 8, 108), (side * 294, 10, -220)], 11, 780)
            canvas.path([(side * 156, 8, 108), (side * 294, 10, -220)], 6, 120)


def _plate(canvas: Canvas, points: list[Point], radii: tuple[float, float]) -> None:
    """A flat bone: tubes side by side, a shell over marrow."""
    wide, thin = radii
    offsets = np.arange(-wide + thin, wide - thin + 0.1, thin * 0.8)
    for radius, value in ((thin, 520.0), (thin * 0.62, 150.0)):
        for dx in offsets:
            canvas.path([(p[0] + dx, p[1] + abs(dx) * 0.12, p[2]) for p in points], radius, value)


def _scapula(canvas: Canvas, side: int) -> None:
    top, tip = np.array([side * 128, 40, 128.0]), np.array([side * 104, 84, 6.0])
    for t in np.linspace(0, 1, 34):
        outer = top + (tip - top) * t
        inner = outer + np.array([-side * (44 - 36 * t), 30 - 22 * t, -6.0 * (1 - t)])
        canvas.tube(outer, inner, 3.4 - 1.0 * t, 1.9, 430)
    canvas.path([(side * 86, 78, 112), (side * 118, 64, 122), (side * 142, 34, 132)], [3, 5, 6], 480)
    canvas.ellipsoid((side * 134.0, 30.0, 120.0), (13, 13, 17), 420)


def vertebra(canvas: Canvas, z: float) -> None:
    """One vertebra whose middle is at z, with the disc below it, the canal and the cord."""
    low, high = np.searchsorted(canvas.z, (z - 12.25, z + 12.25))
    for k in range(int(low), int(high)):
        at = canvas.plane(k, 1.3)
        dz = abs(at.z - z)
        waist = 1 + 0.10 * (dz / 10) ** 2
        body = at.ellipse(0, SPINE_Y - 2, 16.5 * waist, 13.5 * waist, power=2.3)
        body = np.minimum(body, -at.ellipse(0, SPINE_Y + 21, 11, 10))
        if dz < 9.6:
            at.lay(body, 470.0)
            at.lay(body - 1.8, 430.0 if dz > 8 else 175.0)
        else:
            at.lay(body - 0.5, 78.0)
        if dz < 8.5:
            at.lay(np.minimum(at.ellipse(0, SPINE_Y + 21, 15.5, 14), -at.ellipse(0, SPINE_Y + 21, 10, 8.6)), 430.0)
        at.lay(at.ellipse(0, SPINE_Y + 21, 9.6, 8.2), 12.0)
        at.lay(at.ellipse(0, SPINE_Y + 20, 5.4, 4.2), 42.0)
    for radius, value in ((4.2, 430.0), (2.2, 190.0)):
        canvas.path([(0, SPINE_Y + 33, z + 1), (0, SPINE_Y + 52, z - 13)], [radius, radius * 0.8], value)
        for side in (-1, 1):
            canvas.path([(side * 12, SPINE_Y + 22, z + 3), (side * 33, SPINE_Y + 29, z + 5)], radius, value)


def _rib(canvas: Canvas, n: int, side: int) -> None:
    """From its joint at the spine round to the cartilage; each lies lower in front than behind."""
    head = 138.0 - 24.5 * n
    fall = 28.0 + 5.2 * n if n < 7 else 66.0
    reach = 1.0 if n < 7 else 1.0 - 0.13 * (n - 6)
    points, radii = [], []
    for t in np.linspace(0, reach, 44):
        angle = np.pi * (0.455 - 0.93 * t)  # from beside the spine (back) round the side to the breastbone
        z = head - fall * np.sin(t * np.pi / 2) ** 1.25
        a, b, cy = cavity(z)
        points.append(
            (side * (a + 5.5) * np.cos(angle) ** 0.9 if t < 0.99 else side * 16.0, cy + (b + 4.5) * np.sin(angle), z)
        )
        radii.append(5.2 - 0.6 * abs(t - 0.4))
    points[0] = (side * 19.0, SPINE_Y + 8, head)
    bone = max(2, int(len(points) * (0.80 if n < 7 else 1.0)))
    canvas.path(points[bone - 1 :], [4.4] * (len(points) - bone + 1), 118.0)  # cartilage
    canvas.path(points[:bone], radii[:bone], 640.0)
    canvas.path(points[:bone], [r * 0.58 for r in radii[:bone]], 205.0)
