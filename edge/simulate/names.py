"""Names of the people who hold grids: common surnames and given names, combined by seed.

Nobody real is meant.
"""

from __future__ import annotations

import numpy as np

from edge.simulate.noise import as_ints
from edge.simulate.territory import Name

_SURNAMES = (
    ("Wang", "王"),
    ("Li", "李"),
    ("Zhang", "张"),
    ("Liu", "刘"),
    ("Chen", "陈"),
    ("Yang", "杨"),
    ("Zhao", "赵"),
    ("Huang", "黄"),
    ("Zhou", "周"),
    ("Wu", "吴"),
    ("Xu", "徐"),
    ("Sun", "孙"),
    ("Hu", "胡"),
    ("Zhu", "朱"),
    ("Gao", "高"),
    ("Lin", "林"),
)
_GIVEN = (
    ("Wei", "伟"),
    ("Fang", "芳"),
    ("Min", "敏"),
    ("Jing", "静"),
    ("Lei", "磊"),
    ("Jun", "军"),
    ("Yang", "洋"),
    ("Yong", "勇"),
    ("Yan", "艳"),
    ("Jie", "杰"),
    ("Tao", "涛"),
    ("Ming", "明"),
    ("Chao", "超"),
    ("Xia", "霞"),
    ("Ping", "平"),
    ("Gang", "刚"),
)


def draw_names(seed: int, count: int) -> list[tuple[str, Name]]:
    """So many different people: their id `p-surname-given` and their name.

    Raises:
        ValueError: more people than there are names.
    """
    if count > len(_SURNAMES) * len(_GIVEN):
        raise ValueError(f"{count} people, but only {len(_SURNAMES) * len(_GIVEN)} names")
    order = np.random.default_rng((seed, 0x7A3E)).permutation(len(_SURNAMES) * len(_GIVEN))
    people: list[tuple[str, Name]] = []
    for number in as_ints(order[:count]):
        surname, given = _SURNAMES[number % len(_SURNAMES)], _GIVEN[number // len(_SURNAMES)]
        name = Name(f"{surname[0]} {given[0]}", surname[1] + given[1])
        people.append((f"p-{surname[0]}-{given[0]}".lower(), name))
    return people
