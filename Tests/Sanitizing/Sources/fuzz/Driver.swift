@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What one run feeds; set once, before the first input.
nonisolated(unsafe) private var chosen = Target.json

/// Takes the place of `main`, which SwiftPM calls by the name of the module: `fuzz TARGET`, then what
/// libFuzzer takes.
@_cdecl("fuzz_main")
func fuzzMain(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
  guard count > 1, let name = arguments[1], let target = Target(rawValue: String(cString: name))
  else {
    print("fuzz TARGET [options and folders of libFuzzer], where TARGET is one of:")
    for target in Target.allCases { print(target.rawValue) }
    return 64
  }
  chosen = target
  // The program's own name takes the place of the target's.
  arguments[1] = arguments[0]
  var (rest, places) = (count - 1, Optional(arguments + 1))
  return runDriver(&rest, &places) { start, count in
    chosen.feed(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
}
