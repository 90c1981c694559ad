/** Whether the browser draws with this computer's graphics processor, or imitates one, too slowly to render volumes. */

const IMITATED = /swiftshader|llvmpipe|softpipe|software|basic render/i;

export const isImitated = (renderer: string): boolean => IMITATED.test(renderer);

let known: boolean | null = null;

export function hasGraphics(): boolean {
  known ??= ask();
  return known;
}

function ask(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (gl === null) return false;
  const told = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(told?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !isImitated(renderer);
}
