import { findImageByName, type Available } from '../images/catalogue.ts';
import type { ToolIo } from './node-tool.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** `crictl pull`: every image that there is is on every node already. */
export async function pullImage(io: ToolIo, name: string): Promise<number> {
  const found = findImageByName(name);
  if (!found)
    return io.fail(
      1,
      `FATA[0000] pulling image: rpc error: code = NotFound desc = failed to pull and unpack image ${JSON.stringify(name)}: failed to resolve image: ${name}: not found\n`,
    );
  await io.out(`Image is up to date for ${found.configDigest}\n`);
  return 0;
}

/** `crictl inspecti`: images by name. */
export async function inspectImages(io: ToolIo, names: readonly string[]): Promise<number> {
  for (const name of names) {
    const found = findImageByName(name);
    if (!found) return io.fail(1, `FATA[0000] no such image ${JSON.stringify(name)} present\n`);
    await io.out(json(describe(found)));
  }
  return 0;
}

function describe({ image, name, imageId, configDigest }: Available): object {
  const { entrypoint, cmd, env, workingDir, user } = image;
  return {
    status: {
      id: configDigest,
      repoTags: [name],
      repoDigests: [imageId],
      size: String(image.size),
      uid: user.uid === 0 ? null : { value: String(user.uid) },
      username: user.name ?? '',
      spec: null,
      pinned: false,
    },
    info: {
      imageSpec: {
        architecture: 'amd64',
        os: 'linux',
        config: {
          Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
          Entrypoint: entrypoint,
          Cmd: cmd,
          WorkingDir: workingDir,
        },
      },
    },
  };
}
