// Decodes every *.j2c of a folder with the browser's own codec, one decoder for all, and writes what comes out.
const fs = require('node:fs');
const path = require('node:path');
const createCodec = require('@cornerstonejs/codec-openjph');

const folder = process.argv[2];

createCodec().then((codec) => {
  const decoder = new codec.HTJ2KDecoder();
  const found = {};
  for (const name of fs.readdirSync(folder).filter((name) => name.endsWith('.j2c')).sort()) {
    const bytes = fs.readFileSync(path.join(folder, name));
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    const levels = /-coarse(\d)\./.exec(name);
    if (levels) decoder.decodeSubResolution(Number(levels[1]));
    else decoder.decode();
    fs.writeFileSync(path.join(folder, `${name}.raw`), decoder.getDecodedBuffer());
    found[name] = decoder.getFrameInfo();
  }
  process.stdout.write(JSON.stringify(found));
});
