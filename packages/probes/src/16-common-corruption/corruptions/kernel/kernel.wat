;; The inner loops of all pictures, four pixels in one instruction. `make.mjs` turns this file into kernel-bytes.ts.
(module
  (memory (export "memory") 1)
  ;; Correlation, for correlate.ts: eight weighted, shifted copies of a plane are added to `out` at a time.
  ;; taps .. end: groups of eight byte offsets (i32), then their eight weights (f32). plane: the first row, and `across`
  ;; bytes to the next. out: `rows` rows of `row` bytes, a multiple of 16, one behind the other. All are addresses.
  (func (export "correlate")
    (param $taps i32) (param $end i32) (param $plane i32) (param $across i32)
    (param $out i32) (param $rows i32) (param $row i32)
    (local $tap i32) (local $x i32)
    (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (local $e i32) (local $f i32) (local $g i32) (local $h i32)
    (local $wa v128) (local $wb v128) (local $wc v128) (local $wd v128)
    (local $we v128) (local $wf v128) (local $wg v128) (local $wh v128)
    (loop $next-row
      (local.set $tap (local.get $taps))
      (loop $next-eight
        (local.set $a (i32.add (local.get $plane) (i32.load offset=0 (local.get $tap))))
        (local.set $b (i32.add (local.get $plane) (i32.load offset=4 (local.get $tap))))
        (local.set $c (i32.add (local.get $plane) (i32.load offset=8 (local.get $tap))))
        (local.set $d (i32.add (local.get $plane) (i32.load offset=12 (local.get $tap))))
        (local.set $e (i32.add (local.get $plane) (i32.load offset=16 (local.get $tap))))
        (local.set $f (i32.add (local.get $plane) (i32.load offset=20 (local.get $tap))))
        (local.set $g (i32.add (local.get $plane) (i32.load offset=24 (local.get $tap))))
        (local.set $h (i32.add (local.get $plane) (i32.load offset=28 (local.get $tap))))
        (local.set $wa (v128.load32_splat offset=32 (local.get $tap)))
        (local.set $wb (v128.load32_splat offset=36 (local.get $tap)))
        (local.set $wc (v128.load32_splat offset=40 (local.get $tap)))
        (local.set $wd (v128.load32_splat offset=44 (local.get $tap)))
        (local.set $we (v128.load32_splat offset=48 (local.get $tap)))
        (local.set $wf (v128.load32_splat offset=52 (local.get $tap)))
        (local.set $wg (v128.load32_splat offset=56 (local.get $tap)))
        (local.set $wh (v128.load32_splat offset=60 (local.get $tap)))
        (local.set $x (i32.const 0))
        (loop $next-four
          (v128.store (i32.add (local.get $out) (local.get $x))
            (f32x4.add
              (f32x4.add
                (v128.load (i32.add (local.get $out) (local.get $x)))
                (f32x4.add
                  (f32x4.add
                    (f32x4.mul (local.get $wa) (v128.load align=4 (i32.add (local.get $a) (local.get $x))))
                    (f32x4.mul (local.get $wb) (v128.load align=4 (i32.add (local.get $b) (local.get $x)))))
                  (f32x4.add
                    (f32x4.mul (local.get $wc) (v128.load align=4 (i32.add (local.get $c) (local.get $x))))
                    (f32x4.mul (local.get $wd) (v128.load align=4 (i32.add (local.get $d) (local.get $x)))))))
              (f32x4.add
                (f32x4.add
                  (f32x4.mul (local.get $we) (v128.load align=4 (i32.add (local.get $e) (local.get $x))))
                  (f32x4.mul (local.get $wf) (v128.load align=4 (i32.add (local.get $f) (local.get $x)))))
                (f32x4.add
                  (f32x4.mul (local.get $wg) (v128.load align=4 (i32.add (local.get $g) (local.get $x))))
                  (f32x4.mul (local.get $wh) (v128.load align=4 (i32.add (local.get $h) (local.get $x))))))))
          (local.set $x (i32.add (local.get $x) (i32.const 16)))
          (br_if $next-four (i32.lt_u (local.get $x) (local.get $row))))
        (local.set $tap (i32.add (local.get $tap) (i32.const 64)))
        (br_if $next-eight (i32.lt_u (local.get $tap) (local.get $end))))
      (local.set $plane (i32.add (local.get $plane) (local.get $across)))
      (local.set $out (i32.add (local.get $out) (local.get $row)))
      (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
      (br_if $next-row (local.get $rows))))

  ;; Cutting to 8 bit, for eight-bit.ts: floor(255 x + slack) / 255 of the numbers at .. end, a multiple of 16 bytes,
  ;; clipped to [0,1].
  (func (export "cut") (param $at i32) (param $end i32) (param $slack f32)
    (local $scale v128) (local $add v128)
    (local.set $scale (f32x4.splat (f32.const 255)))
    (local.set $add (f32x4.splat (local.get $slack)))
    (loop $next-four
      (v128.store (local.get $at)
        (f32x4.div
          (f32x4.floor
            (f32x4.max
              (f32x4.splat (f32.const 0))
              (f32x4.min
                (local.get $scale)
                (f32x4.add (f32x4.mul (v128.load (local.get $at)) (local.get $scale)) (local.get $add)))))
          (local.get $scale)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next-four (i32.lt_u (local.get $at) (local.get $end))))))
