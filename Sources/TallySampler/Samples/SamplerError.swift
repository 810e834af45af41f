/// An attempt to start a sampler that was stopped. A sampler starts only once, because stopping closes its store.
public struct SamplerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sentence that says so.
    public var description: String { "a sampler that was stopped does not start again" }
}
