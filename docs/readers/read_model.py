"""Reads a model file with nothing but Python itself, and says how well the model predicts a text.

    python3 read_model.py book.safetensors [book.txt]

prints the shape of every tensor, and what `rnn evaluate --json` calls natsPerCharacter. The format is
in docs/model-file.md.
"""
import hashlib, json, math, struct, sys


def require(condition, what):
    if not condition:
        raise ValueError(what)


def read_model(data):
    """Metadata and tensors, a matrix as a list of rows, of the bytes of a file."""
    require(len(data) >= 8, "is shorter than 8 bytes")
    length = int.from_bytes(data[:8], "little")
    require(2 <= length <= 1 << 20 and 8 + length <= len(data), "has a header that does not fit")
    tensors = json.loads(data[8:8 + length].decode("utf-8"))
    info = tensors.pop("__metadata__")
    require(info["format"] == "charrnn" and 1 <= int(info["formatVersion"]) <= 5, "is no model of version 1 to 5")
    require("plannedSteps" not in info, "is a checkpoint")
    digits = info["sha256"].encode()
    at = data.index(digits)  # the checksum is that of the file with zeros in its place
    blank = data[:at] + b"0" * 64 + data[at + 64:]
    require(hashlib.sha256(blank).hexdigest().encode() == digits, "is damaged: the checksum does not match")
    vocabulary = info["vocabulary"]
    require(list(vocabulary) == sorted(set(vocabulary)), "has symbols that are not in order")
    m, K = int(info["hiddenSize"]), len(vocabulary)
    shapes = {"U": [m, K], "W": [m, m], "V": [K, m], "b": [m], "c": [K]}
    if "startState" in info:
        shapes["start"] = [m]
    require({name: t["shape"] for name, t in tensors.items()} == shapes, "has other tensors than U, W, V, b and c")
    model, end = {}, 0
    for name, tensor in sorted(tensors.items(), key=lambda t: t[1]["data_offsets"]):
        first, last = tensor["data_offsets"]
        shape = tensor["shape"]
        fits = first == end and last - first == 8 * math.prod(shape) and 8 + length + last <= len(data)
        require(tensor["dtype"] == "F64" and fits, name + " is out of place")
        end = last
        numbers = struct.unpack("<%dd" % math.prod(shape), data[8 + length + first:8 + length + last])
        require(all(map(math.isfinite, numbers)), name + " has a number that is not finite")
        columns = shape[-1]
        model[name] = numbers if len(shape) == 1 else [numbers[i:i + columns] for i in range(0, len(numbers), columns)]
    require(8 + length + end == len(data), "is longer than its tensors")
    return info, model


def documents(info, text):
    """The text as a model of documents reads it, and the symbol before which the state is zero."""
    if "delimiter" not in info:
        return text, None
    delimiter = info["delimiter"]
    parts = text.split(delimiter) if delimiter else [text]
    if delimiter == "\n":
        parts = [line[:-1] if line.endswith("\r") else line for line in parts]
    boundary = delimiter if len(delimiter) == 1 else "\x1e"
    return boundary + "".join(part + boundary for part in parts if part), boundary


def nats_per_character(info, model, text):
    text, boundary = documents(info, text)
    number = {symbol: i for i, symbol in enumerate(info["vocabulary"])}
    unknown = sorted(set(text) - set(number))
    require(not unknown, "does not know %r" % unknown[:1])
    require(len(text) >= 2, "needs a text of two characters")
    U, W, V, b, c = (model[name] for name in "UWVbc")
    h, loss = model.get("start", [0.0] * len(b)), 0.0
    for x, y in zip(text, text[1:]):
        if x == boundary:
            h = [0.0] * len(b)
        k = number[x]
        h = [math.tanh(row[k] + bias + sum(map(float.__mul__, w, h))) for row, bias, w in zip(U, b, W)]
        o = [bias + sum(map(float.__mul__, v, h)) for bias, v in zip(c, V)]
        most = max(o)
        loss += math.log(sum(math.exp(value - most) for value in o)) + most - o[number[y]]
    return loss / (len(text) - 1)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: read_model.py MODEL [TEXT]")
    try:
        info, model = read_model(open(sys.argv[1], "rb").read())
        for name, values in model.items():
            print(name, len(values), len(values[0])) if name in "UWV" else print(name, len(values))
        if len(sys.argv) > 2:
            text = open(sys.argv[2], encoding="utf-8-sig", newline="").read()
            print("nats per character", repr(nats_per_character(info, model, text)))
    except (ValueError, KeyError, TypeError, OSError) as e:
        sys.exit("%s: %s" % (sys.argv[1], e))
