namespace WeComSync.Simulator.Generation;

/// <summary>What made-up names are made of: characters with their pinyin, because userids are often the name in Latin letters.</summary>
internal static class NameParts
{
    public static (string Han, string Pinyin)[] Surnames { get; } = Pairs(
        "王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he 林lin 高gao 罗luo "
        + "郑zheng 梁liang 谢xie 宋song 唐tang 许xu 韩han 冯feng 邓deng 曹cao 彭peng 曾zeng 肖xiao 田tian 董dong 潘pan 袁yuan 蔡cai "
        + "蒋jiang 余yu 于yu 杜du 叶ye 程cheng 魏wei 苏su 吕lv 丁ding 任ren 卢lu 姚yao 沈shen 钟zhong 姜jiang 崔cui 谭tan 陆lu 范fan "
        + "汪wang 廖liao 石shi 金jin 韦wei 贾jia 夏xia 付fu 方fang 邹zou 熊xiong 白bai 孟meng 秦qin 邱qiu 侯hou 江jiang 尹yin 薛xue "
        + "欧阳ouyang 上官shangguan 司马sima 诸葛zhuge 㑇zhou 𠮷ji");

    public static (string Han, string Pinyin)[] Given { get; } = Pairs(
        "伟wei 芳fang 娜na 敏min 静jing 丽li 强qiang 磊lei 军jun 洋yang 勇yong 艳yan 杰jie 娟juan 涛tao 明ming 超chao 秀xiu 霞xia 平ping "
        + "刚gang 桂gui 英ying 华hua 玉yu 萍ping 红hong 玲ling 建jian 文wen 斌bin 宇yu 浩hao 凯kai 健jian 俊jun 帆fan 雪xue 帅shuai 雨yu "
        + "桐tong 欣xin 怡yi 佳jia 慧hui 婷ting 倩qian 颖ying 琳lin 鑫xin 晨chen 辉hui 力li 志zhi 海hai 波bo 峰feng 松song 林lin 龙long "
        + "飞fei 鹏peng 梅mei 兰lan 竹zhu 菊ju 春chun 夏xia 秋qiu 冬dong 思si 梦meng 子zi 轩xuan 涵han 诗shi 语yu 晓xiao 珊shan 露lu "
        + "瑞rui 昊hao 然ran 博bo 睿rui 航hang 彤tong 萌meng 洁jie 莉li 宁ning 安an 康kang 乐le 琪qi 瑶yao 璐lu 岩yan 川chuan 泽ze");

    /// <summary>Names of more than one people of China, with the dot that trips many a form.</summary>
    public static string[] Dotted { get; } =
        ["阿依古丽·买买提", "迪丽热巴·艾山", "古力娜扎·拜合提", "次仁·卓玛", "扎西·顿珠", "买买提·吐尔逊", "Anne-Marie O'Neil", "José·García"];

    public static string[] Emoji { get; } = ["🌸", "🐯", "😀", "🚀", "👨‍👩‍👧", "☀️", "🇨🇳", "💼"];

    public static string[] Positions { get; } =
    [
        "", "", "销售代表", "高级销售经理", "客户经理", "大客户总监", "测试工程师", "后端开发工程师", "前端开发工程师", "架构师", "产品经理",
        "产品运营", "UI/UX 设计师", "财务专员", "会计", "出纳", "人事专员", "招聘经理", "行政助理", "法务顾问", "采购专员", "仓库管理员", "物流调度",
        "店长", "导购员", "收银员", "客服专员", "客服主管", "市场策划", "品牌经理", "数据分析师", "运维工程师", "安全工程师", "实习生", "副总经理",
        "总经理助理", "区域总监（华东）", "培训师", "质检员", "生产主管", "Senior Engineer", "C++ Developer \"Core\"",
    ];

    public static string[] DepartmentNames { get; } =
    [
        "销售部", "市场部", "研发中心", "产品部", "设计部", "测试部", "运维部", "财务部", "人力资源部", "行政部", "法务部", "采购部", "仓储物流部",
        "客服中心", "品牌部", "数据部", "安全部", "培训部", "质量部", "生产部", "华东区", "华南区", "华北区", "西南区", "海外事业部", "北京分公司",
        "上海分公司", "广州分公司", "深圳分公司", "杭州分公司", "成都分公司", "武汉分公司", "旗舰店", "R&D <核心>", "项目组", "交付组", "支持组", "创新实验室🚀",
    ];

    public static string[] TagNames { get; } =
        ["管理层", "新员工", "党员", "核心骨干", "导师", "值班", "外派", "班车", "住宿", "内训师", "🏃跑步俱乐部", "项目A", "项目B", "VIP 客户组", "远程"];

    public static string[] Streets { get; } =
        ["上海市浦东新区世纪大道100号", "北京市海淀区中关村大街1号", "深圳市南山区科技园南路18号", "杭州市西湖区文三路90号", "成都市高新区天府大道中段530号"];

    private static (string, string)[] Pairs(string text) => [.. text.Split(' ').Select(pair =>
    {
        var latin = pair.AsSpan().IndexOfAnyInRange('a', 'z');
        return (pair[..latin], pair[latin..]);
    })];
}
