/// A label with the same value in every series of a registry.
struct ConstantLabel: Sendable, Equatable {
    let name: String
    let value: String
}
