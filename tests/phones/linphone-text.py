"""A Linphone telephone with real-time text, driven by lines on standard input; it tells on standard output what happens."""
import ctypes
import select
import sys

lib = ctypes.CDLL("liblinphone.so.10")
for name in (
    "linphone_factory_get",
    "linphone_factory_create_core_3",
    "linphone_core_create_call_params",
    "linphone_core_invite_with_params",
    "linphone_core_get_current_call",
    "linphone_call_get_chat_room",
    "linphone_call_get_current_params",
    "linphone_chat_room_create_empty_message",
):
    getattr(lib, name).restype = ctypes.c_void_p
lib.linphone_call_state_to_string.restype = ctypes.c_char_p
lib.linphone_chat_room_get_char.restype = ctypes.c_uint32

pointer = ctypes.c_void_p
core = pointer(lib.linphone_factory_create_core_3(pointer(lib.linphone_factory_get()), sys.argv[1].encode(), None, None))
lib.linphone_core_enable_realtime_text(core, 1)
lib.linphone_core_start(core)


def say(text):
    print(text, flush=True)


def current_call():
    return lib.linphone_core_get_current_call(core)


def params(call):
    made = pointer(lib.linphone_core_create_call_params(core, pointer(call)))
    lib.linphone_call_params_enable_realtime_text(made, 1)
    return made


message = None


def write(room, text):
    global message
    for character in text:
        if message is None:
            message = pointer(lib.linphone_chat_room_create_empty_message(room))
        lib.linphone_chat_message_put_char(message, ctypes.c_uint32(ord(character)))
        if character == "\u2028":
            lib.linphone_chat_message_send(message)
            message = None


def obey(line):
    word, _, rest = line.partition(" ")
    call = current_call()
    if word == "call":
        lib.linphone_core_invite_with_params(core, rest.encode(), params(None))
    elif word == "answer":
        lib.linphone_core_accept_call_with_params(core, pointer(call), params(call))
    elif word == "write":
        write(pointer(lib.linphone_call_get_chat_room(pointer(call))), rest)
    elif word == "hangup":
        lib.linphone_core_terminate_all_calls(core)
    elif word == "quit":
        lib.linphone_core_stop(core)
        sys.exit(0)


state = None
while True:
    lib.linphone_core_iterate(core)
    call = current_call()
    now = lib.linphone_call_state_to_string(lib.linphone_call_get_state(pointer(call))).decode().removeprefix("LinphoneCall") if call else "none"
    if now != state:
        state = now
        if not call:
            message = None  # What is being written belongs to the call.
        say("state " + state)
    if call and lib.linphone_call_params_realtime_text_enabled(pointer(lib.linphone_call_get_current_params(pointer(call)))):
        room = pointer(lib.linphone_call_get_chat_room(pointer(call)))
        for _ in range(100):
            character = lib.linphone_chat_room_get_char(room)
            if character == 0:
                break
            say("character %x" % character)
    if select.select([sys.stdin], [], [], 0.02)[0]:
        line = sys.stdin.readline()
        if line == "":
            sys.exit(0)
        obey(line.rstrip("\n"))
