import AffineFormats
import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// A checkpoint of something else is refused, and nothing has changed then.
@Suite struct ResumingFailureTests {
  private static let run = Result { try SmallRun(.int8WeightOnly) }

  private func expectRefused(_ checkpoint: Checkpoint, by run: SmallRun, _ reason: String) throws {
    var trainer = try run.trainer()
    let record = TrainingRecord(recipe: trainer.recipes.name, seed: run.settings.seed)
    let before = try trainer.checkpoint(record)
    let error = #expect(throws: (any Error).self, "\(reason)") {
      try trainer.resume(from: checkpoint)
    }
    #expect(error is CheckpointError || error is OptimizerError, "\(reason)")
    #expect(try trainer.checkpoint(record).isIdentical(to: before), "\(reason)")
  }

  @Test func anotherRunIsRefused() throws {
    let run = try Self.run.get()
    let checkpoint = try run.end(steps: 1)
    var others: [(String, SmallRun)] = [
      ("recipe", try SmallRun(.float32)),
      ("nearest", try SmallRun(Recipe.int8WeightOnly.with { $0.updatesStochastically = false })),
      ("width", try SmallRun(.int8WeightOnly) { shape, _ in shape.hidden = 160 }),
      ("norm", try SmallRun(.int8WeightOnly) { shape, _ in shape.norm = .rms }),
      ("seed", try SmallRun(.int8WeightOnly) { _, settings in settings.seed = 9 }),
      ("batch", try SmallRun(.int8WeightOnly) { _, settings in settings.batch = 3 }),
      ("rate", try SmallRun(.int8WeightOnly) { _, settings in settings.schedule.peak = 1 }),
      (
        "moments",
        try SmallRun(.int8WeightOnly) { _, settings in
          settings.optimizer.moments = .dynamic8()
        }
      ),
    ]
    others.append(("adapters", run))
    others[others.count - 1].1.rank = 2
    for (reason, other) in others { try expectRefused(checkpoint, by: other, reason) }
  }

  /// What is other is said by its name and value, not as the text that the checkpoint keeps.
  @Test func whatIsOtherIsASentence() throws {
    let run = try Self.run.get()
    let checkpoint = try run.end(steps: 1)
    let others: [(SmallRun, String)] = [
      (try SmallRun(.float32), "recipe is int8-weight-only there, not float32"),
      (
        try SmallRun(Recipe.int8WeightOnly.with { $0.updatesStochastically = false }),
        "recipe.updatesStochastically is true there, not false"
      ),
      (
        try SmallRun(Recipe.int8WeightOnly.with { $0.weight = .bfloat16 }),
        "recipe.weight is codes there, not bfloat16"
      ),
      (
        try SmallRun(.int8WeightOnly) { _, settings in settings.batch = 3 },
        "settings.batch is 2 there, not 3"
      ),
      (
        try SmallRun(.int8WeightOnly) { shape, _ in shape.positions = .rotary },
        "configuration.blocks.0.rotary is none there, not base, columns, divisors, magnitude"
      ),
    ]
    for (other, text) in others {
      var trainer = try other.trainer()
      let error = #expect(throws: CheckpointError.self) { try trainer.resume(from: checkpoint) }
      #expect("\(try #require(error))" == "the checkpoint is of another run: \(text)")
    }
  }

  @Test func anotherTextIsRefused() throws {
    let run = try Self.run.get()
    let all = try SmallRun.text.get()
    let bytes = Array(all.vocabulary.text(of: all.training.prefix(5000).map(Int.init)).utf8)
    let short = try TextCorpus(bytes.span, vocabulary: all.vocabulary)
    var other = try Trainer(run.model(), run.recipes, short, run.settings)
    let checkpoint = try run.end(steps: 1)
    #expect(throws: CheckpointError.self) { try other.resume(from: checkpoint) }
    #expect(other.step == 0)
  }

  /// Of the same length, with the same characters.
  @Test func anotherTextOfTheSameLengthIsRefused() throws {
    let run = try Self.run.get()
    let all = try SmallRun.text.get()
    var bytes = try MappedFile.contents(of: persuasion)
    let places = bytes.indices.filter {
      [UInt8(ascii: "a"), UInt8(ascii: "b")].contains(bytes[$0])
    }
    bytes.swapAt(places[0], try #require(places.first { bytes[$0] != bytes[places[0]] }))
    let swapped = try TextCorpus(bytes.span, unit: .characters)
    #expect(swapped.vocabulary == all.vocabulary)
    var other = try Trainer(run.model(), run.recipes, swapped, run.settings)
    let error = #expect(throws: CheckpointError.self) {
      try other.resume(from: run.end(steps: 1))
    }
    guard case .otherRun(place: "text.digest", _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(other.step == 0)
  }

  /// Version 1 is the first; what stood in its place before had no version.
  @Test func layoutsThatAreNotKnownAreRefused() throws {
    let run = try Self.run.get()
    let sound = try run.end(steps: 1)
    let identity = try #require(sound.metadata["identity"])
    let newer = identity.replacing("\"version\":2", with: "\"version\":99")
    for (text, version) in [(nil, nil), (newer, 99), ("{}", nil)] as [(String?, Int?)] {
      var checkpoint = sound
      checkpoint.metadata["identity"] = text
      var trainer = try run.trainer()
      #expect(throws: CheckpointError.unknownVersion(version)) {
        try trainer.resume(from: checkpoint)
      }
    }
  }

  @Test func anotherAlphaIsRefused() throws {
    let run = try Self.run.get()
    func adapted(_ alpha: Float) throws -> Trainer {
      var model = try run.model()
      try model.addAdapters(rank: 2, alpha: alpha, seed: 5)
      return try run.trainer(model)
    }
    var (one, other) = (try adapted(4), try adapted(8))
    let checkpoint = try one.checkpoint(one.run(steps: 1))
    #expect(throws: CheckpointError.self) { try other.resume(from: checkpoint) }
    #expect(other.step == 0)
  }

  /// A frozen parameter has no moments to take.
  @Test func anotherFrozenParameterIsRefused() throws {
    let run = try Self.run.get()
    let checkpoint = try run.end(steps: 1)
    var frozen = try run.model()
    frozen.parameters[1].learningRateFactor = 0
    var other = try run.trainer(frozen)
    #expect(throws: CheckpointError.self) { try other.resume(from: checkpoint) }
    var all = try run.trainer()
    let rest = try other.checkpoint(other.run(steps: 1))
    #expect(throws: CheckpointError.self) { try all.resume(from: rest) }
    #expect(all.step == 0)
  }

  @Test func anotherScheduleIsRefused() throws {
    let detector = try NoiseSwitch(role: "weight", ladder: [4, 8])
    let run = try SmallRun(.noiseTriggered(detector)) { _, _ in }
    let other = try NoiseSwitch(role: "weight", ladder: [4, 8, 16])
    try expectRefused(
      run.end(steps: 1), by: SmallRun(.noiseTriggered(other)) { _, _ in }, "ladder")
    let cycles = try SmallRun(.cyclic(CyclicPrecision(steps: 16, cycles: 2))) { _, _ in }
    try expectRefused(
      cycles.end(steps: 1),
      by: SmallRun(.cyclic(CyclicPrecision(steps: 16, cycles: 4))) { _, _ in },
      "cycles")
  }

  @Test func aCheckpointWithAHoleIsRefused() throws {
    let run = try Self.run.get()
    let sound = try run.end(steps: 1)
    for name in sound.tensors.keys {
      var checkpoint = sound
      checkpoint.tensors[name] = nil
      try expectRefused(checkpoint, by: run, "without \(name)")
      checkpoint.tensors[name] = .float32(.zeros(3, 5))
      try expectRefused(checkpoint, by: run, "misshapen \(name)")
    }
    for name in sound.metadata.keys {
      var checkpoint = sound
      checkpoint.metadata[name] = nil
      try expectRefused(checkpoint, by: run, "without \(name)")
      checkpoint.metadata[name] = "-3:x"
      try expectRefused(checkpoint, by: run, "wrong \(name)")
    }
    var checkpoint = sound
    checkpoint.set("step", to: 2)
    try expectRefused(checkpoint, by: run, "a step without its loss")
  }
}
