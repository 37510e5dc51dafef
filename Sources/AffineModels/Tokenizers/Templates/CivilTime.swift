#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A time of the civil calendar, to the second, as templates write it.
public struct CivilTime: Sendable, Hashable {
  /// The date.
  public let year, month, day: Int
  /// The time of day.
  public let hour, minute, second: Int

  /// - Precondition: A month of 1...12 and a day of 1...31, and a year that is no negative number.
  public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    precondition((1...12).contains(month) && (1...31).contains(day) && (0...99999).contains(year))
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second) = (hour, minute, second)
  }

  /// The time now, where the machine is.
  public static var now: CivilTime {
    var seconds = time_t()
    _ = unsafe time(&seconds)
    var parts = unsafe tm()
    _ = unsafe localtime_r(&seconds, &parts)
    return unsafe CivilTime(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
      hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec))
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let days = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  /// The day of the week from Sunday, by Sakamoto's method.
  private var weekday: Int {
    let offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
    let year = month < 3 ? year - 1 : year
    return (year + year / 4 - year / 100 + year / 400 + offsets[month - 1] + day) % 7
  }

  /// The time by a format of C's `strftime`, with English names.
  func formatted(_ format: String) throws(TemplateError) -> String {
    var result = ""
    var scalars = format.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let isBare = scalars.first == "-"
      if isBare { scalars.removeFirst() }
      guard let kind = scalars.popFirst(), let text = part(kind, isBare: isBare) else {
        throw .unsupported("the format of a time '\(format)'")
      }
      result += text
    }
    return result
  }

  private func part(_ kind: Unicode.Scalar, isBare: Bool) -> String? {
    func number(_ value: Int, _ fill: String = "0") -> String {
      value < 10 && !isBare ? "\(fill)\(value)" : "\(value)"
    }
    return switch kind {
    case "Y": "\(year)"
    case "y": number(year % 100)
    case "m": number(month)
    case "d": number(day)
    case "e": number(day, " ")
    case "H": number(hour)
    case "I": number((hour + 11) % 12 + 1)
    case "M": number(minute)
    case "S": number(second)
    case "p": hour < 12 ? "AM" : "PM"
    case "B": Self.months[month - 1]
    case "b", "h": String(Self.months[month - 1].prefix(3))
    case "A": Self.days[weekday]
    case "a": String(Self.days[weekday].prefix(3))
    case "F": "\(year)-\(number(month))-\(number(day))"
    case "T": "\(number(hour)):\(number(minute)):\(number(second))"
    case "n": "\n"
    case "t": "\t"
    case "%": "%"
    default: nil
    }
  }
}
