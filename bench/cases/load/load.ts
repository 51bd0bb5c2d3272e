import type { BenchCase } from "../../harness/benchCase.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import { transformersJsPeers } from "../../harness/transformersJsPeers.ts";
import { writeMarianFolder } from "../../weights/marianFolder.ts";
import { writeOnnxFiles } from "../decode/onnxFiles.ts";
import { OPUS_MT } from "../decode/opusMt.ts";

/**
 * From a file of 300 MB to a model that can run, the file being in the system's cache. transformers.js opens the same
 * weights as ONNX, as it does; a plain read of the bytes is what no loader can beat.
 */
export const loadCase: BenchCase = async (folder, { threads }) => {
  await writeMarianFolder(folder, OPUS_MT);
  await writeOnnxFiles(folder);
  return [
    {
      ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, { folder }),
      peers: [
        {
          label: "reading the bytes",
          engine: { module: new URL("plainRead.ts", import.meta.url), options: { folder } },
        },
        ...transformersJsPeers(new URL("transformersJs.ts", import.meta.url), { folder, threads }),
      ],
      milliseconds: 0,
      memory: true,
    },
  ];
};
