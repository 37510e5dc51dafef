public import AffineModels
public import ArgumentParser

extension NamePattern: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
