/** Photos: made smaller here, which also takes out where and by which phone they were made. */
import { ask } from "./api";
import type { Photo } from "./types";

const LONGEST_PX = 2048; // ours: a plate is still legible
const QUALITY = 0.82;

/** A picture that this browser cannot read. */
export class PictureError extends Error {}

async function smaller(file: File): Promise<Blob> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch (error) {
    throw new PictureError(file.name, { cause: error });
  }
  const by = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * by);
  canvas.height = Math.round(picture.height * by);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new PictureError(file.name))),
      "image/jpeg",
      QUALITY,
    ),
  );
}

/** Send a photo; what comes back is referred to by its hash. */
export async function sendPhoto(file: File): Promise<Photo> {
  const body = await smaller(file);
  return ask<Photo>("/api/photos", {
    method: "POST",
    headers: { "Content-Type": "image/jpeg" },
    body,
  });
}
