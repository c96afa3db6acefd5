/** A PMML document with this in it, beside a regression. */
export function pmml(
  inner = '',
  { before = '<?xml version="1.0" encoding="UTF-8"?>\n' }: { readonly before?: string } = {},
): string {
  return `${before}<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header copyright="none"><Timestamp>2026-01-01T00:00:00Z</Timestamp></Header><DataDictionary numberOfFields="1"><DataField name="x" optype="continuous" dataType="double"/></DataDictionary>${inner}<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema><RegressionTable intercept="1"><NumericPredictor name="x" coefficient="2"/></RegressionTable></RegressionModel></PMML>\n`
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'regression', bytes: Buffer.from(pmml()) },
    {
      name: 'arrays and functions',
      bytes: Buffer.from(
        pmml(
          '<TransformationDictionary><DefineFunction name="f" optype="continuous"><ParameterField name="x"/><Apply function="+"><FieldRef field="x"/><Constant dataType="double">1</Constant></Apply></DefineFunction></TransformationDictionary><Extension name="x"><Array n="3" type="real">1 2.5 -3</Array></Extension>',
        ),
      ),
    },
    {
      name: 'UTF-16',
      bytes: Buffer.from(
        `\ufeff${pmml('', { before: '<?xml version="1.0" encoding="UTF-16"?>' })}`,
        'utf16le',
      ),
    },
  ]
}
