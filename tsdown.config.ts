import { defineConfig } from 'tsdown'

// One published package: our own packages are bundled into it, everything from the registry stays a dependency.
// The four files that run in a thread or a process of their own lie beside the code that starts them.
export default defineConfig({
  cwd: 'packages/failmode',
  entry: {
    cli: 'src/cli.ts',
    index: 'src/index.ts',
    catalogue: '../catalogue/src/index.ts',
    engine: '../engine/src/index.ts',
    scanner: '../scanner/src/index.ts',
    'step-worker': '../system/src/pool/step-worker.ts',
    'scan-child': '../scanner/src/scan/scan-child.ts',
    'train-worker': '../engine/src/training/pool/train-worker.ts',
    'probe-child': '../engine/src/inspect/probe-child.ts',
  },
  outDir: 'dist',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  fixedExtension: false,
  clean: true,
  dts: false,
  hash: true,
  deps: {
    alwaysBundle: [/^@failmode\//],
    neverBundle: (id) =>
      !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('@failmode/') && !id.startsWith('\0'),
    onlyBundle: false,
  },
})
