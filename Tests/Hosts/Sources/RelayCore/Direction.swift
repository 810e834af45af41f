/// The direction of a forwarded frame.
package enum Direction: String, CaseIterable, Sendable {
    case phoneToBinary = "phone_to_binary"
    case binaryToPhone = "binary_to_phone"
}
