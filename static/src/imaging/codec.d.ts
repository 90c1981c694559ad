/** The part of the OpenJPH build that is used here; the package brings no types. */
declare module '@cornerstonejs/codec-openjph/wasmjs' {
  export interface HTJ2KDecoder {
    getEncodedBuffer(length: number): Uint8Array;
    getDecodedBuffer(): Uint8Array;
    decode(): void;
    /** Of the first bytes of a codestream; 1 halves rows and columns, 2 quarters them. */
    decodeSubResolution(level: number): void;
    getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned: boolean };
  }
  interface Picture {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
    isSigned: boolean;
    isUsingColorTransform: boolean;
  }
  export interface HTJ2KEncoder {
    getDecodedBuffer(picture: Picture): Uint8Array;
    setQuality(reversible: boolean, step: number): void;
    encode(): void;
    getEncodedBuffer(): Uint8Array;
    delete(): void;
  }
  export default function createCodec(options: { locateFile: (name: string) => string }): Promise<{ HTJ2KDecoder: new () => HTJ2KDecoder; HTJ2KEncoder: new () => HTJ2KEncoder }>;
}
