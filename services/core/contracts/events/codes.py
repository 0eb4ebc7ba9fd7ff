"""Every code by which a claim is refused or a breach noted, for domains.

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from typing import Final

from services.core.contracts.catalogue import Code, CodeUse, Effect, Mode

CODES: Final[dict[str, Code]] = {
    "UNKNOWN_TYPE": Code(
        vi="Loại sự kiện này không có.",
        en="This type of event does not exist.",
        at="edge",
        why="schema",
    ),
    "MALFORMED": Code(
        vi="Nội dung không đúng cấu trúc của loại sự kiện.",
        en="The content does not follow the schema of its type.",
        at="edge",
        why="schema",
    ),
    "GROUND_UNKNOWN": Code(
        vi="Mã không có trong danh mục của trường này.",
        en="The code is not in the list of this field.",
        at="edge",
        why="schema",
    ),
    "DATE_IN_FUTURE": Code(
        vi="Ngày ghi trong nội dung ở sau thời điểm thực hiện hoặc ở tương lai.",
        en="A date of the act lies after the act itself, or in the future.",
        at="edge",
        why="content",
    ),
    "ROLE_NOT_ALLOWED": Code(
        vi="Vai trò này không được gửi loại sự kiện này.",
        en="This role may not say this.",
        at="edge",
        why="role",
    ),
    "AGENCY_ENDED": Code(
        vi="Cơ quan đã kết thúc hoạt động vào ngày đó.",
        en="The agency had ended on that day.",
        at="edge",
        why="identity",
    ),
    "VP_NOT_COMPETENT": Code(
        vi="Văn phòng THADS không được bảo đảm, cưỡng chế, ủy thác, chủ động thi hành.",
        en="A private office may not secure, coerce, entrust or act ex officio.",
        at="edge",
        why="role",
    ),
    "UNKNOWN_STREAM": Code(
        vi="Đối tượng được nêu không tồn tại.",
        en="The part named does not exist.",
        at="lane",
        why="stream",
    ),
    "NOT_ADDRESSEE": Code(
        vi="Người gửi không phải nơi được yêu cầu.",
        en="The sender is not the one who was asked.",
        at="lane",
        why="identity",
    ),
    "OUT_OF_TERRITORY": Code(
        vi="Việc này không thuộc thẩm quyền của cơ quan gửi.",
        en="The case does not belong to the sender.",
        at="lane",
        why="identity",
    ),
    "CORRECTS_UNKNOWN": Code(
        vi="Không có dữ kiện cùng loại để đính chính.",
        en="The fact to be corrected is not of this type and stream.",
        at="lane",
        why="stream",
    ),
    "WRONG_STATE": Code(
        vi="Không thể thực hiện ở trạng thái hiện tại.",
        en="This does not follow from the present state.",
        at="lane",
        why="order",
    ),
    "DUPLICATE": Code(
        vi="Đã có dữ kiện cùng loại và cùng số văn bản.",
        en="A fact of this type with the same part and official number stands already.",
        at="lane",
        why="order",
    ),
    "SIGNER_NOT_COMPETENT": Code(
        vi="Người ký không có thẩm quyền ký văn bản này.",
        en="The signer may not sign this.",
        at="lane",
        why="guard",
    ),
    "DATE_BEFORE_CAUSE": Code(
        vi="Ngày ghi trước sự kiện làm căn cứ.",
        en="The date lies before its cause.",
        at="lane",
        why="order",
    ),
    "RULE_VERSION_MISMATCH": Code(
        vi="Luật có hiệu lực vào ngày đó không quy định việc này.",
        en="The law in force on that day does not know this act.",
        at="lane",
        why="guard",
    ),
    "ITEMS_EMPTY": Code(
        vi="Không nêu khoản nào.",
        en="No item is named.",
        at="lane",
        why="content",
    ),
    "AMOUNT_NOT_POSITIVE": Code(
        vi="Số tiền phải lớn hơn 0.",
        en="The amount is not above zero.",
        at="lane",
        why="content",
    ),
    "PARTY_NOT_DECLARED": Code(
        vi="Đương sự không có trong bản án.",
        en="The party is not among those of the judgment.",
        at="lane",
        why="content",
    ),
    "ITEM_UNKNOWN": Code(
        vi="Bản án không có khoản này.",
        en="The judgment has no such item.",
        at="lane",
        why="guard",
    ),
    "NOT_ENFORCEABLE_YET": Code(
        vi="Bản án chưa có hiệu lực và không thuộc loại thi hành ngay.",
        en="The judgment is not in effect and not enforceable at once.",
        at="lane",
        why="guard",
    ),
    "RECEIVER_NOT_COMPETENT": Code(
        vi="Cơ quan nhận không có thẩm quyền thi hành.",
        en="The receiving agency is not competent.",
        at="lane",
        why="guard",
    ),
    "NOT_TRANSFERRED": Code(
        vi="Chưa có việc chuyển giao bản án.",
        en="No transfer of this judgment stands.",
        at="lane",
        why="order",
    ),
    "CLARIFICATION_UNKNOWN": Code(
        vi="Chưa ghi nhận yêu cầu giải thích này.",
        en="No such question was recorded.",
        at="lane",
        why="order",
    ),
}

COMMON: Final[dict[str, dict[Mode, Effect]]] = {
    "UNKNOWN_TYPE": {"act": "refuse", "done": "refuse"},
    "MALFORMED": {"act": "refuse", "done": "refuse"},
    "ROLE_NOT_ALLOWED": {"act": "refuse", "done": "refuse"},
    "AGENCY_ENDED": {"act": "refuse", "done": "refuse"},
    "VP_NOT_COMPETENT": {"act": "refuse", "done": "refuse"},
    "GROUND_UNKNOWN": {"act": "refuse", "done": "refuse"},
    "DATE_IN_FUTURE": {"act": "refuse", "done": "refuse"},
    "UNKNOWN_STREAM": {"act": "refuse", "done": "refuse"},
    "NOT_ADDRESSEE": {"act": "refuse", "done": "refuse"},
    "OUT_OF_TERRITORY": {"act": "refuse", "done": "refuse"},
    "CORRECTS_UNKNOWN": {"act": "refuse", "done": "refuse"},
    "WRONG_STATE": {"act": "refuse", "done": "note"},
    "DUPLICATE": {"act": "refuse", "done": "note"},
    "SIGNER_NOT_COMPETENT": {"act": "refuse", "done": "note"},
    "DATE_BEFORE_CAUSE": {"act": "refuse", "done": "note"},
    "RULE_VERSION_MISMATCH": {"act": "refuse", "done": "note"},
}
"""The codes that hold for every claim: what each does to an act and to what is done."""

USES: Final[dict[str, dict[str, CodeUse]]] = {
    "thads.judgment.issued": {
        "ITEMS_EMPTY": CodeUse("refuse"),
        "AMOUNT_NOT_POSITIVE": CodeUse("refuse"),
        "PARTY_NOT_DECLARED": CodeUse("refuse"),
    },
    "thads.judgment.made_effective": {
        "ITEMS_EMPTY": CodeUse("refuse"),
        "ITEM_UNKNOWN": CodeUse("note"),
    },
    "thads.judgment.transferred": {
        "NOT_ENFORCEABLE_YET": CodeUse("refuse", article="Đ33.1"),
        "RECEIVER_NOT_COMPETENT": CodeUse("refuse", article="Đ32"),
    },
    "thads.judgment.received": {
        "NOT_TRANSFERRED": CodeUse("note", article="Đ33.1"),
    },
    "thads.judgment.clarified": {
        "CLARIFICATION_UNKNOWN": CodeUse("note", article="Đ13.3"),
    },
}
"""The codes of single types: what each does, and by which rule and article."""
