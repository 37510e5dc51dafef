public import AffineQuant
public import ArgumentParser

extension Precision: ExpressibleByArgument {}
