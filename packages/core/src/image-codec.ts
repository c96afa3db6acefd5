/** An 8-bit picture, rows of interleaved channels: `data.length` is width x height x channels. */
export interface Image8 {
  readonly width: number
  readonly height: number
  /** 1 grey, 3 RGB, 4 RGBA. */
  readonly channels: number
  readonly data: Uint8Array
}

/** Picture coding, which pure packages cannot do themselves. */
export interface ImageCodec {
  encodePng(image: Image8): Promise<Uint8Array>
  /** The picture after JPEG compression at `quality` 1..100 (4:2:0, standard tables) and decompression. */
  throughJpeg(image: Image8, quality: number): Promise<Image8>
}
