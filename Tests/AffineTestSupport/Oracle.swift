// Tests see the oracle with what supports them.
@_exported public import AffineOracle
