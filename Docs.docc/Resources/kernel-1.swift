import AffineKernels
import AffineQuant

// One float row against panels of four: out[i, j] = Σ lhs[i, k] · rhs[j, k].
func product(_ arguments: UnsafeMutableRawPointer) {
  let t = arguments.assumingMemoryBound(to: aq_matmul_f32_args.self).pointee
  for i in 0..<t.rows {
    for j in 0..<t.columns {
      var sum: Float = t.accumulate ? t.out[i * t.stride + j] : 0
      for k in 0..<t.depth { sum = sum.addingProduct(t.lhs[i * t.depth + k], t.rhs[k * 4 + j]) }
      t.out[i * t.stride + j] = sum
    }
  }
}

let mine = AddedKernel(
  .floats, name: "mine", needs: .portable,
  tile: KernelTile(mr: 1, nr: 4, kr: 1, lhsRun: 1, lhs: .float32, rhs: .float32),
  run: { product($0) })
print(mine.row)
