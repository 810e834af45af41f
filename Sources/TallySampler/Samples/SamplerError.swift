/// An attempt to start a sampler that was stopped. A sampler starts only once, because stopping closes its store.
public struct SamplerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The message.
    public var description: String { "the sampler was stopped and its store is closed: create a new sampler" }
}
