/** How Cornerstone names our images: `mdt:<series key>/<version>/<place in hanging order>`. */

export const imageId = (key: string, version: string, index: number): string => `mdt:${key}/${version}/${index}`;

export function parseImageId(id: string): { key: string; version: string; index: number } {
  const [key, version, index] = id.slice('mdt:'.length).split('/') as [string, string, string];
  return { key, version, index: Number(index) };
}
